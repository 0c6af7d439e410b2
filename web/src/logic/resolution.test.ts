import { describe, expect, it } from 'vitest'
import { alignedRange, resolutionFor } from './resolution'

describe('a resolution', () => {
  it('is the step of the chart while that fits', () => {
    expect(resolutionFor(300, 1)).toBe(1)
    expect(resolutionFor(900, 1)).toBe(1)
    expect(resolutionFor(900, 10)).toBe(10)
  })

  it('grows with the range and stays a multiple of the step', () => {
    expect(resolutionFor(3600, 1)).toBe(5)
    expect(resolutionFor(86_400, 1)).toBe(120)
    expect(resolutionFor(14 * 86_400, 1)).toBe(1800)
    expect(resolutionFor(3600, 10)).toBe(10)
    expect(resolutionFor(3600 * 24, 7) % 7).toBe(0)
  })

  it('never gives more rows than can be seen', () => {
    for (let span = 1; span < 31 * 86_400; span = Math.ceil(span * 1.3)) {
      expect(span / resolutionFor(span, 1)).toBeLessThanOrEqual(900)
    }
  })
})

it('an aligned range is in whole rows', () => {
  expect(alignedRange(103, 118, 5)).toEqual({ from: 100, to: 120 })
  expect(alignedRange(100, 120, 5)).toEqual({ from: 100, to: 120 })
})
