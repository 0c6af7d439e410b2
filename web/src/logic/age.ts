const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** `12 s`, `3 min 12 s`, `4 h 12 min`, `2 d 4 h`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < minute) return `${seconds} s`
  if (seconds < hour) return pair(seconds, minute, 'min', 1, 's')
  if (seconds < day) return pair(seconds, hour, 'h', minute, 'min')
  return pair(seconds, day, 'd', hour, 'h')
}

function pair(
  seconds: number,
  large: number,
  largeName: string,
  small: number,
  smallName: string,
): string {
  const rest = Math.floor((seconds % large) / small)
  const head = `${Math.floor(seconds / large)} ${largeName}`
  return rest === 0 ? head : `${head} ${rest} ${smallName}`
}

/**
 * The age now of something that was `age` old when it was told: it counts up
 * on this machine's monotonic clock, so wrong wall clocks do not matter.
 */
export function currentAge(
  age: number | null,
  toldAt: number,
  now: number,
): number | null {
  return age === null ? null : age + Math.max(0, now - toldAt)
}

export function ageText(age: number | null): string {
  return age === null ? 'no sample yet' : `${durationText(age)} ago`
}
