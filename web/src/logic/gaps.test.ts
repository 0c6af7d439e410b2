import { expect, it } from 'vitest'
import { missingRuns, runsOf } from './gaps'

it('finds the stretches between gaps', () => {
  expect(runsOf([1, 2, null, 3, null, null, 0])).toEqual([
    { first: 0, last: 1 },
    { first: 3, last: 3 },
    { first: 6, last: 6 },
  ])
})

it('finds nothing where nothing is', () => {
  expect(runsOf([])).toEqual([])
  expect(runsOf([null, undefined])).toEqual([])
})

it('keeps to the part that is asked for', () => {
  expect(runsOf([1, 1, 1, 1, 1], 1, 3)).toEqual([{ first: 1, last: 3 }])
})

it('finds where all are missing, between values only', () => {
  const one = [null, 1, null, null, 1, null, null]
  expect(missingRuns([one])).toEqual([{ first: 2, last: 3 }])
  const other = [null, null, 5, null, null, null, null]
  expect(missingRuns([one, other])).toEqual([{ first: 3, last: 3 }])
  expect(missingRuns([])).toEqual([])
})
