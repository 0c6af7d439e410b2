import type { Value } from '../api/types'
import { runsOf } from './gaps'

export interface SparkPaths {
  line: string
  /** The same, closed along the ground. */
  area: string
}

/**
 * A small plot as paths of an SVG that is `width` by `height`: the newest value
 * at the right edge, `slots` values from edge to edge, gaps as gaps.
 */
export function sparkPaths(
  values: readonly Value[],
  slots: number,
  top: number,
  width: number,
  height: number,
): SparkPaths {
  const offset = slots - values.length
  const x = (at: number) => round(((at + offset) * width) / Math.max(1, slots - 1))
  const y = (value: number) => {
    const share = top > 0 ? Math.min(Math.max(value / top, 0), 1) : 0
    return round(height - 1 - share * (height - 2))
  }
  let line = ''
  let area = ''
  for (const { first, last } of runsOf(values)) {
    const points: string[] = []
    for (let at = first; at <= last; at += 1) {
      points.push(`${x(at)} ${y(values[at] ?? 0)}`)
    }
    // One value alone has no length: it would not be seen.
    if (points.length === 1) points.push(`${round(x(first) + 1)} ${y(values[first] ?? 0)}`)
    line += `M${points.join('L')}`
    area += `M${x(first)} ${height}L${points.join('L')}L${x(last)} ${height}Z`
  }
  return { line, area }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** The largest value of all lines, and never nothing. */
export function topOf(lines: readonly (readonly Value[])[], least: number): number {
  let top = least
  for (const line of lines) {
    for (const value of line) if (value !== null && value > top) top = value
  }
  return top
}
