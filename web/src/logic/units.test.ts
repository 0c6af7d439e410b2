import { describe, expect, it } from 'vitest'
import { extentOf, numberText, scaleFor, tickDecimals, valueText } from './units'

describe('the scale of a chart', () => {
  it.each([
    ['percentage', 87, 1, '%'],
    ['KiB/s', 900, 1, 'KiB/s'],
    ['KiB/s', 5000, 1024, 'MiB/s'],
    ['MiB', 3900, 1024, 'GiB'],
    ['MiB', 0.5, 1 / 1024, 'KiB'],
    ['bytes', 2 ** 31, 2 ** 30, 'GiB'],
    ['kilobits/s', 2500, 1000, 'Mbit/s'],
    ['milliseconds', 2500, 1000, 's'],
    ['events/s', 99_999, 1, 'events/s'],
    ['events/s', 250_000, 1000, 'k events/s'],
    ['context switches/s', 3e6, 1e6, 'M context switches/s'],
    ['KiB/s', 0, 1, 'KiB/s'],
  ])('of %s up to %d divides by %d into %s', (units, largest, divisor, unit) => {
    const scale = scaleFor(units, largest, false)
    expect(scale.divisor).toBeCloseTo(divisor, 9)
    expect(scale.unit).toBe(unit)
  })

  it('shows about three digits, and none after the point of whole numbers', () => {
    const decimals = (largest: number, whole = false) =>
      scaleFor('things', largest, whole).decimals
    expect(decimals(7, true)).toBe(0)
    expect(decimals(250)).toBe(0)
    expect(decimals(25)).toBe(1)
    expect(decimals(2.5)).toBe(2)
    expect(decimals(0.25)).toBe(3)
    expect(decimals(0.0025)).toBe(5)
  })
})

describe('texts of values', () => {
  it('are grouped, signed and never minus zero', () => {
    expect(numberText(12345, 0)).toBe('12,345')
    expect(numberText(-1.25, 1)).toBe('−1.3')
    expect(numberText(-0.001, 1)).toBe('0.0')
  })

  it('are a dash for a gap', () => {
    const scale = scaleFor('MiB', 5000, false)
    expect(valueText(null, scale)).toBe('–')
    expect(valueText(undefined, scale)).toBe('–')
    expect(valueText(2048, scale)).toBe('2.00')
  })
})

it.each([
  [10, 0],
  [1, 0],
  [2.5, 1],
  [0.5, 1],
  [0.25, 2],
  [0.001, 3],
])('ticks of %d need %d decimals', (increment, decimals) => {
  expect(tickDecimals(increment)).toBe(decimals)
})

it('the extent leaves gaps out and looks at both sides of zero', () => {
  expect(extentOf([[1, null], [-7, 2]])).toEqual({ largest: 7, whole: true })
  expect(extentOf([[0.5]])).toEqual({ largest: 0.5, whole: false })
})
