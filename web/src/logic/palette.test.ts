import { expect, it } from 'vitest'
import { colorsOf, isRestful, readingOrder } from './palette'

it('a familiar dimension has one color, whatever its place', () => {
  const [user, system] = colorsOf(['user', 'system'])
  expect(colorsOf(['guest', 'system', 'user', 'idle']).slice(1, 3)).toEqual([system, user])
})

it('dimensions of a chart differ, and what is left over stands back', () => {
  const colors = colorsOf(['avail', 'used', 'reserved_for_root'])
  expect(new Set(colors).size).toBe(3)
  expect(colorsOf(['free'])[0]).toBe(colors[0])
  expect(isRestful('used')).toBe(false)
})

it('others take turns', () => {
  const names = Array.from({ length: 30 }, (_, at) => `d${at}`)
  const colors = colorsOf(names)
  expect(colors[0]).toBe(colors[12])
  expect(new Set(colors.slice(0, 12)).size).toBe(12)
  expect(colorsOf(['used', 'other'])).toEqual(colors.slice(0, 2))
})

it('familiar dimensions have one order, and what is left over is last', () => {
  expect(readingOrder(['guest', 'softirq', 'user', 'system'])).toEqual([2, 3, 1, 0])
  expect(readingOrder(['free', 'used', 'cached'])).toEqual([1, 2, 0])
  expect(readingOrder(['b', 'free', 'a'])).toEqual([0, 2, 1])
})
