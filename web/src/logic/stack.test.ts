import { describe, expect, it } from 'vitest'
import { isNegative, overlay, stack } from './stack'

describe('stacking', () => {
  it('sums dimension on dimension', () => {
    const bands = stack([[1, 2], [10, 20], [5, 5]])
    expect(bands.map((band) => band.top)).toEqual([[1, 2], [11, 22], [16, 27]])
    expect(bands.map((band) => band.base)).toEqual([[0, 0], [1, 2], [11, 22]])
  })

  it('puts negative dimensions below zero, apart from the others', () => {
    const bands = stack([[4], [-3], [6], [-2]])
    expect(bands.map((band) => band.base[0])).toEqual([0, 0, 4, -3])
    expect(bands.map((band) => band.top[0])).toEqual([4, -3, 10, -5])
  })

  it('keeps a negative dimension below where it touches zero', () => {
    const [, , second] = stack([[5, 5], [-3, -3], [0, -2]])
    expect(second).toEqual({ base: [-3, -3], top: [-3, -5] })
  })

  it('keeps the gap of one dimension to itself', () => {
    const [first, second] = stack([[1, null, 1], [2, 2, null]])
    expect(first).toEqual({ base: [0, null, 0], top: [1, null, 1] })
    expect(second).toEqual({ base: [1, 0, null], top: [3, 2, null] })
  })

  it('does with nothing', () => {
    expect(stack([])).toEqual([])
    expect(stack([[], []])).toEqual([
      { base: [], top: [] },
      { base: [], top: [] },
    ])
  })
})

describe('the sign of a dimension', () => {
  it('is that of most of it', () => {
    expect(isNegative([1, -5, null])).toBe(true)
    expect(isNegative([0, 0])).toBe(false)
    expect(isNegative([null])).toBe(false)
  })
})

describe('overlaying', () => {
  it('stands everything on zero and keeps gaps', () => {
    expect(overlay([[3, null], [-1, 2]])).toEqual([
      { base: [0, null], top: [3, null] },
      { base: [0, 0], top: [-1, 2] },
    ])
  })
})
