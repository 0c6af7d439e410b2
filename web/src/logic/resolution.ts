/** Row lengths in seconds that divide a minute, an hour or a day. */
const lengths = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400,
]

/** A plot is about this many pixels wide; more rows would not be seen. */
const rowsMax = 900

/**
 * Seconds that one row stands for when so many seconds are shown of a chart
 * with this step: its own step while that fits, else a multiple of it.
 */
export function resolutionFor(span: number, step: number): number {
  const least = Math.max(step, span / rowsMax)
  if (least === step) return step
  const fitting = lengths.find((one) => one >= least && one % step === 0)
  return fitting ?? Math.ceil(least / step) * step
}

/** The range in whole rows. */
export function alignedRange(
  from: number,
  to: number,
  length: number,
): { from: number; to: number } {
  return {
    from: Math.floor(from / length) * length,
    to: Math.ceil(to / length) * length,
  }
}
