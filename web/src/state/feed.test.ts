import { describe, expect, it } from 'vitest'
import type { Chart } from '../api/types'
import { Feed, shapeOf } from './feed'

const chart: Chart = {
  id: 'system.cpu',
  name: 'system.cpu',
  type: 'system',
  family: 'cpu',
  context: 'system.cpu',
  title: 'CPU',
  priority: 100,
  units: '%',
  chart_type: 'stacked',
  update_every: 1,
  dimensions: { user: { name: 'User' }, idle: { name: 'Idle', hidden: true } },
}

const range = { from: 100, to: 105 }

describe('a feed', () => {
  it('joins what was read with what comes live', () => {
    const feed = new Feed(chart, 300)
    feed.takeTable({ labels: ['time', 'User', 'Idle'], data: [[102, 2, 8], [101, 1, 9]] })
    expect(feed.take(103, [3, 7])).toBeNull()
    const { times, columns } = feed.view({ from: 102, to: 102 })
    expect(times).toEqual([101, 102, 103])
    expect(columns).toEqual([[1, 2, 3], [9, 8, 7]])
  })

  it('notices that ticks are missing', () => {
    const feed = new Feed(chart, 300)
    feed.take(100, [1, 9])
    feed.take(101, [1, 9])
    expect(feed.take(105, [5, 5])).toBe(101)
    expect(feed.hasHole({ from: 101, to: 105 })).toBe(true)
    const data = [102, 103, 104].map((time) => [time, 1, 1])
    feed.takeTable({ labels: ['time', 'User', 'Idle'], data })
    expect(feed.hasHole({ from: 101, to: 105 })).toBe(false)
  })

  it('finds columns by name when the table has others', () => {
    const feed = new Feed(chart, 300)
    feed.takeTable({ labels: ['time', 'Nice', 'idle', 'User'], data: [[101, 1, 2, 3]] })
    expect(feed.view({ from: 101, to: 101 }).columns.map((one) => one.at(-1))).toEqual([3, 2])
  })

  it('shows a fixed range from what was read for it alone', () => {
    const feed = new Feed(chart, 300)
    feed.take(9000, [1, 1])
    feed.takeFixed({ labels: ['time', 'User', 'Idle'], data: [[101, 4, 4]] }, range)
    expect(feed.hasFixed(range)).toBe(true)
    expect(feed.view(range).times.at(-1)).toBe(101)
    expect(feed.hasFixed({ ...range })).toBe(false)
  })
})

it('a chart has another shape when its dimensions change', () => {
  expect(shapeOf({ ...chart, title: 'Another' })).toBe(shapeOf(chart))
  expect(shapeOf({ ...chart, dimensions: {} })).not.toBe(shapeOf(chart))
})
