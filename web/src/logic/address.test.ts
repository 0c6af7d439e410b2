import { describe, expect, it } from 'vitest'
import { addressText, defaultSpan, parseAddress, spanText, timeQuery } from './address'

const usual = { span: defaultSpan, fixed: null, search: '', folded: [], theme: null }

describe('an address', () => {
  it('is empty for what is usual', () => {
    expect(parseAddress('')).toEqual(usual)
    expect(addressText(usual)).toBe('')
  })

  it('says again what it was told', () => {
    const address = {
      span: 3600,
      fixed: { from: 1795530000, to: 1795530300 },
      search: 'eth0 & more',
      folded: ['cpu', 'mem'],
      theme: 'dark' as const,
    }
    expect(parseAddress(addressText(address))).toEqual(address)
    expect(addressText({ ...usual, span: 5400 })).toBe('?last=90m')
  })

  it.each([
    '?last=-5', '?last=x', '?last=1e9', '?last=99999d', '?last=3', '?last=',
    '?from=1&to=2', '?from=200&to=100', '?from=a&to=b', '?from=100',
    '?from=0&to=99999999999', '?theme=pink', '?q=&fold=,',
  ])('does not trust %s', (query) => {
    expect(parseAddress(query)).toEqual(usual)
  })

  it('hands on the time alone', () => {
    expect(timeQuery({ ...usual, span: 900, search: 'x', folded: ['cpu'] })).toBe('?last=15m')
  })
})

it('spans are told in the largest exact unit', () => {
  expect([90, 300, 7200, 86400, 90000].map(spanText)).toEqual(['90s', '5m', '2h', '1d', '25h'])
})
