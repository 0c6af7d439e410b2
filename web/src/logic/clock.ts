const withSeconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const withoutSeconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' })
const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

const day = 86_400

/** Local time of day, 24 hours: `19:40:12`. */
export function timeText(unixSeconds: number): string {
  return withSeconds.format(unixSeconds * 1000)
}

function dayText(unixSeconds: number): string {
  return dayAndMonth.format(unixSeconds * 1000)
}

/** `19:40:12`, or `24 Nov 19:40` when that is not today. */
export function momentText(unixSeconds: number, now = Date.now() / 1000): string {
  if (dayText(unixSeconds) === dayText(now)) return timeText(unixSeconds)
  return `${dayText(unixSeconds)} ${withoutSeconds.format(unixSeconds * 1000)}`
}

/** `19:40:12 – 19:45:12`, or with dates where one is not today. */
export function rangeText(from: number, to: number, now = Date.now() / 1000): string {
  const isToday = dayText(from) === dayText(now) && dayText(to) === dayText(now)
  const text = (time: number) =>
    isToday
      ? timeText(time)
      : `${dayText(time)} ${withoutSeconds.format(time * 1000)}`
  return `${text(from)} – ${text(to)}`
}

/** Texts of the time axis: as much as the ticks need to be told apart. */
export function tickTexts(ticks: readonly number[], increment: number): string[] {
  const format = increment < 60 ? withSeconds : withoutSeconds
  return ticks.map((tick) => {
    const text = format.format(tick * 1000)
    const isMidnight = withSeconds.format(tick * 1000) === '00:00:00'
    return increment >= day || isMidnight ? dayText(tick) : text
  })
}

export function isoText(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString()
}

/** What a field of date and time takes and gives: local time. */
export function fieldText(unixSeconds: number): string {
  const offset = new Date(unixSeconds * 1000).getTimezoneOffset() * 60
  return isoText(unixSeconds - offset).slice(0, 19)
}

/** Unix seconds of such a text, null when it is none. */
export function fieldTime(text: string): number | null {
  const time = Date.parse(text)
  return Number.isNaN(time) ? null : Math.floor(time / 1000)
}
