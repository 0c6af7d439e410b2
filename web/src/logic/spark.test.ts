import { describe, expect, it } from 'vitest'
import { sparkPaths, topOf } from './spark'

describe('a small plot', () => {
  it('ends at the right edge', () => {
    const { line, area } = sparkPaths([0, 10], 3, 10, 100, 20)
    expect(line).toBe('M50 19L100 1')
    expect(area).toBe('M50 20L50 19L100 1L100 20Z')
  })

  it('leaves gaps open', () => {
    const { line } = sparkPaths([5, null, 5, 5], 4, 10, 90, 20)
    expect(line).toBe('M0 10L1 10M60 10L90 10')
  })

  it('keeps what is too large within', () => {
    expect(sparkPaths([99, -5], 2, 10, 10, 20).line).toBe('M0 1L10 19')
  })

  it('is empty without values', () => {
    expect(sparkPaths([], 60, 100, 10, 10)).toEqual({ line: '', area: '' })
  })
})

it('the top is never nothing', () => {
  expect(topOf([[null, 3], [7]], 1)).toBe(7)
  expect(topOf([[null]], 1)).toBe(1)
})
