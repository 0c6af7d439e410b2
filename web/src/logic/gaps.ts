import type { Value } from '../api/types'

/** Indexes of the first and the last value of an unbroken stretch. */
export interface Run {
  first: number
  last: number
}

/** The stretches between gaps; nothing is ever drawn from one to the next. */
export function runsOf(
  values: ArrayLike<Value | undefined>,
  from = 0,
  to = values.length - 1,
): Run[] {
  const runs: Run[] = []
  let first = -1
  for (let index = from; index <= to + 1; index += 1) {
    const isValue = index <= to && values[index] != null
    if (isValue && first < 0) first = index
    if (!isValue && first >= 0) {
      runs.push({ first, last: index - 1 })
      first = -1
    }
  }
  return runs
}

/** Stretches of rows without any value that lie between rows with some. */
export function missingRuns(
  columns: readonly ArrayLike<Value | undefined>[],
): Run[] {
  const length = columns[0]?.length ?? 0
  const runs: Run[] = []
  let lastFilled = -1
  for (let index = 0; index < length; index += 1) {
    if (!columns.some((column) => column[index] != null)) continue
    if (lastFilled >= 0 && index > lastFilled + 1) {
      runs.push({ first: lastFilled + 1, last: index - 1 })
    }
    lastFilled = index
  }
  return runs
}
