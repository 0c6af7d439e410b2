const withSeconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const withoutSeconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' })

/** Local time of day, 24 hours: `19:40:12`. */
export function timeText(unixSeconds: number): string {
  return withSeconds.format(unixSeconds * 1000)
}

/** Texts of the time axis; seconds only where the ticks are that near. */
export function tickTexts(ticks: readonly number[], increment: number): string[] {
  const format = increment < 60 ? withSeconds : withoutSeconds
  return ticks.map((tick) => format.format(tick * 1000))
}

export function isoText(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString()
}
