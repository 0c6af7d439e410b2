// Of middle lightness, so that each can be told from a white and from a dark
// ground; neighbours differ in lightness as well as in hue, for those who
// see fewer hues.
const colors = [
  '#3a7fd5',
  '#e8872b',
  '#1f9e89',
  '#d4587a',
  '#8a66c9',
  '#b5a01f',
  '#43a8d0',
  '#a5643a',
  '#6aa83c',
  '#c04fb0',
  '#6f7fa0',
  '#d9694a',
] as const

/** The color of the dimension at this place among those that are drawn. */
export function colorAt(index: number): string {
  return colors[index % colors.length] ?? colors[0]
}
