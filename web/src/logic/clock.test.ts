import { expect, it } from 'vitest'
import { fieldText, fieldTime, isoText, momentText, rangeText, tickTexts, timeText } from './clock'

it('tells the time of day with seconds', () => {
  expect(timeText(1_700_000_000)).toMatch(/^\d\d:\d\d:20$/)
})

it('leaves seconds out where ticks are minutes apart', () => {
  expect(tickTexts([1_700_000_040], 60)[0]).toMatch(/^\d\d:\d\d$/)
  expect(tickTexts([1_700_000_020], 20)[0]).toMatch(/^\d\d:\d\d:40$/)
})

it('has a form for machines', () => {
  expect(isoText(1_700_000_000)).toBe('2023-11-14T22:13:20.000Z')
})

it('adds the date where it is not today', () => {
  const now = 1_700_000_000
  expect(momentText(now - 60, now)).toMatch(/^\d\d:\d\d:20$/)
  expect(momentText(now - 5 * 86_400, now)).toMatch(/^\d+ Nov \d\d:\d\d$/)
  expect(rangeText(now - 60, now, now)).not.toContain('Nov')
  expect(rangeText(now - 5 * 86_400, now, now)).toMatch(/Nov.*– \d+ Nov/)
})

it('tells days on a long axis', () => {
  expect(tickTexts([1_700_000_000], 86_400)[0]).toMatch(/^\d+ Nov$/)
})

it('reads again what it wrote into a field', () => {
  expect(fieldTime(fieldText(1_700_000_000))).toBe(1_700_000_000)
  expect(fieldTime('')).toBeNull()
})
