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

/** The color of the dimension of this name at this place. */
export function colorOf(name: string, index: number): string {
  if (isRestful(name)) return restfulColor
  return colors[index % colors.length] ?? colors[0]
}
