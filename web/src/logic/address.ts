import type { Range } from './window'

/** What the address of the page says beside which host it is of. */
export interface Address {
  /** Seconds shown while the page follows the newest samples. */
  span: number
  /** The time that the page stands still at; null while it follows. */
  fixed: Range | null
  search: string
  /** Sections that are folded. */
  folded: string[]
  theme: 'light' | 'dark' | null
}

export const defaultSpan = 300
/** Below this a range would show less than a few samples. */
export const narrowest = 4
/** What the node answers in one query at most, less room at the edges. */
export const widest = 30 * 86_400

const seconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `90` is `90s`, `300` is `5m`: the largest unit that is exact. */
export function spanText(span: number): string {
  for (const unit of ['d', 'h', 'm']) {
    const size = seconds[unit]!
    if (span % size === 0) return `${span / size}${unit}`
  }
  return `${span}s`
}

function parseSpan(text: string | null): number {
  const [, digits, unit] = /^(\d{1,9})([smhd]?)$/.exec(text ?? '') ?? []
  const span = Number(digits) * seconds[unit || 's']!
  return span >= narrowest && span <= widest ? span : defaultSpan
}

function parseRange(from: string | null, to: string | null): Range | null {
  const isTime = (text: string | null) => /^\d{1,11}$/.test(text ?? '')
  if (!isTime(from) || !isTime(to)) return null
  const range = { from: Number(from), to: Number(to) }
  const length = range.to - range.from
  return length >= narrowest && length <= widest ? range : null
}

/** What cannot be read is as if it was not there. */
export function parseAddress(query: string): Address {
  const parameters = new URLSearchParams(query)
  const theme = parameters.get('theme')
  return {
    span: parseSpan(parameters.get('last')),
    fixed: parseRange(parameters.get('from'), parameters.get('to')),
    search: parameters.get('q') ?? '',
    folded: (parameters.get('fold') ?? '').split(',').filter(Boolean),
    theme: theme === 'light' || theme === 'dark' ? theme : null,
  }
}

/** The shortest query that says the same, empty for what is usual. */
export function addressText(address: Address): string {
  const parameters = new URLSearchParams()
  if (address.span !== defaultSpan) parameters.set('last', spanText(address.span))
  if (address.fixed) {
    parameters.set('from', String(address.fixed.from))
    parameters.set('to', String(address.fixed.to))
  }
  if (address.search) parameters.set('q', address.search)
  if (address.folded.length > 0) parameters.set('fold', address.folded.join(','))
  if (address.theme) parameters.set('theme', address.theme)
  const text = parameters.toString().replaceAll('%2C', ',')
  return text ? `?${text}` : ''
}

/** The query that another host's page takes over: the time, nothing else. */
export function timeQuery(address: Address): string {
  return addressText({ ...address, search: '', folded: [] })
}
