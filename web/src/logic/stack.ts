import type { Value } from '../api/types'

/** What one dimension covers: from `base` (towards zero) to `top`. */
export interface Band {
  base: Value[]
  top: Value[]
}

/**
 * A dimension stands below zero as a whole when that is where most of it is:
 * deciding value by value would tear a band that only touches zero.
 */
export function isNegative(column: readonly Value[]): boolean {
  let sum = 0
  for (const value of column) sum += value ?? 0
  return sum < 0
}

/**
 * Cumulative sums, dimension on dimension: the positive ones upwards from
 * zero, the negative ones downwards. A gap of one dimension adds nothing to
 * those above it and stays a gap in its own band.
 */
export function stack(columns: readonly (readonly Value[])[]): Band[] {
  const length = columns[0]?.length ?? 0
  const up = new Float64Array(length)
  const down = new Float64Array(length)
  return columns.map((column) => {
    const sums = isNegative(column) ? down : up
    const band: Band = { base: [], top: [] }
    column.forEach((value, row) => {
      if (value === null) {
        band.base.push(null)
        band.top.push(null)
        return
      }
      const base = sums[row] ?? 0
      sums[row] = base + value
      band.base.push(base)
      band.top.push(base + value)
    })
    return band
  })
}

/** Bands that stand on zero, for charts whose dimensions overlap. */
export function overlay(columns: readonly (readonly Value[])[]): Band[] {
  return columns.map((column) => ({
    base: column.map((value) => (value === null ? null : 0)),
    top: [...column],
  }))
}
