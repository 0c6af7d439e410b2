import { expect, it } from 'vitest'
import { afterClick } from './selection'

const none: ReadonlySet<number> = new Set()

it('a click isolates and a second one brings all back', () => {
  const one = afterClick(none, 1, 3, false)
  expect([...one]).toEqual([0, 2])
  expect([...afterClick(one, 2, 3, false)]).toEqual([0, 1])
  expect(afterClick(one, 1, 3, false).size).toBe(0)
})

it('a modifier takes one out and in', () => {
  const without = afterClick(none, 1, 3, true)
  expect([...without]).toEqual([1])
  expect(afterClick(without, 1, 3, true).size).toBe(0)
})

it('never is nothing left', () => {
  const one = afterClick(none, 0, 2, false)
  expect(afterClick(one, 0, 2, true).size).toBe(0)
  expect(afterClick(none, 0, 1, false).size).toBe(0)
})
