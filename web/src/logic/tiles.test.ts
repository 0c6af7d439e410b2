import { describe, expect, it } from 'vitest'
import type { Chart } from '../api/types'
import { tilesOf } from './tiles'

function chart(id: string, units: string, dimensions: string[]): Chart {
  return {
    id,
    name: id,
    type: 'system',
    family: '/',
    context: id,
    title: id,
    priority: 1,
    units,
    chart_type: 'line',
    update_every: 1,
    dimensions: Object.fromEntries(dimensions.map((name) => [name, { name }])),
  }
}

function tileOf(one: Chart) {
  const [tile] = tilesOf([one])
  if (!tile) throw new Error('no tile')
  return tile
}

const times = [1, 2]

describe('tiles', () => {
  it('are those that the host has charts for, in their order', () => {
    const all = [chart('net.lo', 'kilobits/s', []), chart('system.io', 'KiB/s', []), chart('system.cpu', '%', [])]
    expect(tilesOf(all).map((tile) => tile.title)).toEqual(['CPU', 'Disk'])
  })

  it('add up the work of processors, in three kinds', () => {
    const tile = tileOf(chart('system.cpu', 'percentage', ['user', 'nice', 'system', 'iowait', 'idle']))
    const state = tile.read({ times, columns: [[1, 20], [1, 5], [1, 3], [0, 2], [97, 70]] })
    expect(state.share).toBe(30)
    expect(state.lines).toEqual([[3, 30]])
    expect(state.readings.map((one) => [one.name, one.text])).toEqual([
      ['user', '25.0'],
      ['system', '3.0'],
      ['waiting', '2.0'],
    ])
  })

  it('tell how much of memory is used', () => {
    const tile = tileOf(chart('system.ram', 'MiB', ['free', 'used', 'cached']))
    const state = tile.read({ times, columns: [[null, 2048], [null, 1024], [null, 1024]] })
    expect(state.share).toBe(25)
    expect(state.lines).toEqual([[null, 25]])
    expect(state.readings.map((one) => one.text + one.unit)).toEqual(['1.00GiB', '4.00GiB'])
  })

  it('tell flows without their direction', () => {
    const tile = tileOf(chart('system.net', 'kilobits/s', ['received', 'sent']))
    const state = tile.read({ times, columns: [[1, 2000], [-1, -500]] })
    expect(state.share).toBeNull()
    expect(state.readings.map((one) => `${one.name} ${one.text} ${one.unit}`)).toEqual([
      'received 2.00 Mbit/s',
      'sent 500 kbit/s',
    ])
    expect(state.lines[1]).toEqual([1, 500])
  })

  it('show dashes before anything has come', () => {
    for (const id of ['system.cpu', 'system.ram', 'system.io', 'system.load', 'disk.space']) {
      const state = tileOf(chart(id, 'MiB', ['used', 'load1'])).read({ times: [], columns: [] })
      expect(state.share).toBeNull()
      expect(state.readings.every((one) => one.text === '–')).toBe(true)
    }
  })
})
