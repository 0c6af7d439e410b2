import { describe, expect, it } from 'vitest'
import { SampleWindow } from './window'

const everything = { from: 0, to: 1e9 }

describe('a sample window', () => {
  it('is empty before the first row', () => {
    const window = new SampleWindow(1, 2, 10)
    expect(window.newest).toBeNull()
    expect(window.view(everything)).toEqual({ times: [], columns: [[], []] })
    expect(window.hasHole(0, 100)).toBe(false)
  })

  it('puts rows in the order of their time, whatever order they come in', () => {
    const window = new SampleWindow(1, 1, 10)
    for (const time of [103, 101, 102]) window.put(time, [time])
    expect(window.view({ from: 101, to: 103 })).toEqual({
      times: [101, 102, 103],
      columns: [[101, 102, 103]],
    })
  })

  it('shows slots that never came as gaps', () => {
    const window = new SampleWindow(1, 1, 10)
    window.put(101, [1])
    window.put(104, [4])
    expect(window.view({ from: 101, to: 104 }).columns).toEqual([[1, null, null, 4]])
    expect(window.hasHole(101, 104)).toBe(true)
    window.put(102, [2])
    window.put(103, [3])
    expect(window.hasHole(101, 104)).toBe(false)
  })

  it('keeps a value when a null comes for the same slot', () => {
    const window = new SampleWindow(1, 2, 10)
    window.put(101, [1, null])
    window.put(101, [null, 2])
    expect(window.view({ from: 101, to: 101 }).columns).toEqual([[1], [2]])
  })

  it('forgets what is older than its span', () => {
    const window = new SampleWindow(1, 1, 10)
    for (let time = 100; time <= 150; time += 1) window.put(time, [time])
    const { times, columns } = window.view(everything)
    expect(times[0]).toBe(139)
    expect(columns[0]).toEqual(times)
    expect(window.put(138, [1])).toBe(false)
  })

  it('leaves nothing of a round before after a jump', () => {
    const window = new SampleWindow(1, 1, 5)
    for (let time = 100; time <= 106; time += 1) window.put(time, [time])
    window.put(1000, [7])
    expect(window.view(everything).columns[0]).toEqual([
      null, null, null, null, null, null, 7,
    ])
  })

  it('takes multiples of its step', () => {
    const window = new SampleWindow(5, 1, 20)
    window.put(100, [1])
    window.put(110, [3])
    expect(window.view(everything).times.slice(-3)).toEqual([100, 105, 110])
    expect(window.newest).toBe(110)
  })

  it('tells the gap that a row ends', () => {
    const window = new SampleWindow(1, 1, 10)
    window.put(100, [1])
    expect(window.gapBefore(100)).toBe(89)
    window.put(101, [1])
    expect(window.gapBefore(101)).toBeNull()
    window.put(102, [null])
    expect(window.gapBefore(102)).toBeNull()
    window.put(105, [1])
    expect(window.gapBefore(105)).toBe(101)
  })

  it('tells the oldest gap between values', () => {
    const window = new SampleWindow(1, 1, 10)
    expect(window.firstGap()).toBeNull()
    window.put(100, [1])
    window.put(101, [null])
    expect(window.firstGap()).toBeNull()
    window.put(103, [1])
    window.put(105, [1])
    expect(window.firstGap()).toBe(100)
    for (const time of [101, 102]) window.put(time, [1])
    expect(window.firstGap()).toBe(103)
  })

  it('refuses a row of another layout', () => {
    const window = new SampleWindow(1, 2, 10)
    expect(window.put(100, [1])).toBe(false)
    expect(window.newest).toBeNull()
  })

  it('shows only the range that is asked for', () => {
    const window = new SampleWindow(1, 1, 100)
    for (let time = 100; time <= 150; time += 1) window.put(time, [0])
    expect(window.view({ from: 120, to: 122 }).times).toEqual([120, 121, 122])
    expect(window.view({ from: 160, to: 170 }).times).toEqual([])
  })
})

it('a row of several steps that is short stands at the end of its time', () => {
  const window = new SampleWindow(5, 1, 20)
  window.put(100, [1])
  window.put(103, [2])
  expect(window.newest).toBe(105)
  window.put(105, [3])
  expect(window.view({ from: 100, to: 105 })).toEqual({ times: [100, 105], columns: [[1, 3]] })
  expect(window.oldest).toBe(105 - 5 * 5)
})
