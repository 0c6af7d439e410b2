import { expect, it } from 'vitest'
import { isoText, tickTexts, timeText } from './clock'

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
