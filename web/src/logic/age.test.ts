import { expect, it } from 'vitest'
import { ageText, currentAge, durationText } from './age'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

it.each([
  [-500, '0 s'],
  [0, '0 s'],
  [59.9 * second, '59 s'],
  [minute, '1 min'],
  [3 * minute + 12 * second, '3 min 12 s'],
  [hour, '1 h'],
  [4 * hour + 12 * minute + 59 * second, '4 h 12 min'],
  [24 * hour, '1 d'],
  [52 * hour, '2 d 4 h'],
])('tells %d ms as %s', (milliseconds, text) => {
  expect(durationText(milliseconds)).toBe(text)
})

it('counts an age up from when it was told', () => {
  expect(currentAge(2000, 10_000, 13_500)).toBe(5500)
  expect(currentAge(2000, 10_000, 9_000)).toBe(2000)
  expect(currentAge(null, 10_000, 13_500)).toBeNull()
})

it('has words for no age', () => {
  expect(ageText(null)).toBe('no sample yet')
  expect(ageText(4000)).toBe('4 s ago')
})
