// Of middle lightness, so that each can be told from a white and from a dark
// ground; neighbours differ in lightness as well as in hue, for those who
// see fewer hues.
const colors = [
  '#3f87e0',
  '#ee8a2c',
  '#1fa68f',
  '#dc5a7d',
  '#8f6ad2',
  '#bda520',
  '#48aeda',
  '#ad6b3f',
  '#6fae3f',
  '#c653b6',
  '#7786a8',
  '#df6d4c',
] as const

/** What is left over is not what a chart is about: it stands back. */
const restful = new Set(['free', 'idle', 'avail', 'available'])
const restfulColor = '#7c8899'

export function isRestful(name: string): boolean {
  return restful.has(name)
}

/** Dimensions that have one color on every chart, in the palette's order. */
const familiar: readonly (readonly string[])[] = [
  ['user', 'system', 'nice', 'iowait', 'irq', 'softirq', 'steal', 'guest', 'guest_nice'],
  ['used', 'cached', 'buffers', 'reserved_for_root'],
]

/** The set that all of them are of, apart from what is left over. */
function familiarSet(names: readonly string[]): readonly string[] | undefined {
  return familiar.find((set) =>
    names.every((name) => isRestful(name) || set.includes(name)),
  )
}

/**
 * In which order dimensions of these names, told by their places, are best
 * read and stacked: familiar ones as everywhere, what is left over on top.
 */
export function readingOrder(names: readonly string[]): number[] {
  const set = familiarSet(names)
  const rank = (at: number) => {
    const name = names[at]!
    if (isRestful(name)) return names.length + 1000
    return set ? set.indexOf(name) : at
  }
  return names.map((_, at) => at).sort((one, other) => rank(one) - rank(other))
}

/** The colors of dimensions of these names: the familiar ones, else in order. */
export function colorsOf(names: readonly string[]): string[] {
  const known = familiarSet(names)
  return names.map((name, at) => {
    if (isRestful(name)) return restfulColor
    return colors[(known ? known.indexOf(name) : at) % colors.length] ?? colors[0]
  })
}
