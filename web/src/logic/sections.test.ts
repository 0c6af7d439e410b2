import { describe, expect, it } from 'vitest'
import type { Chart } from '../api/types'
import { kindOf } from './kinds'
import { chartAnchor, introducing, matchesSearch, sectionsOf } from './sections'

function chart(id: string, priority: number, family: string, context = id): Chart {
  return {
    id,
    name: id,
    type: id.split('.')[0] ?? id,
    family,
    context,
    title: `Title of ${id}`,
    priority,
    units: '%',
    chart_type: 'line',
    update_every: 1,
    dimensions: { one: { name: 'received' } },
  }
}

describe('sections', () => {
  it('stand in the order of the lowest priority', () => {
    const sections = sectionsOf([
      chart('disk.vda', 2000, 'vda'),
      chart('system.ram', 200, 'ram'),
      chart('system.cpu', 100, 'cpu'),
    ])
    expect(sections.map((one) => one.name)).toEqual(['system', 'disk'])
    expect(sections[0]?.families.map((one) => one.name)).toEqual(['cpu', 'ram'])
    expect(sections[0]?.count).toBe(2)
  })

  it('take in the types that belong to them', () => {
    const sections = sectionsOf([
      chart('net.eth0', 7000, 'eth0'),
      chart('net_packets.eth0', 7001, 'eth0'),
      chart('disk.vda', 2000, 'vda'),
      chart('disk_ops.vda', 2001, 'vda'),
      chart('disk_space./', 2023, '/'),
      chart('disk_inodes./', 2024, '/'),
    ])
    expect(sections.map((one) => [one.name, one.count])).toEqual([
      ['disk', 2],
      ['mount', 2],
      ['net', 2],
    ])
    expect(sections[2]?.families).toHaveLength(1)
  })

  it('sort families that begin alike by number', () => {
    const ids = ['net.lo', 'net.eth10', 'net.eth2']
    const [section] = sectionsOf(ids.map((id) => chart(id, 7000, id.slice(4))))
    expect(section?.families.map((one) => one.name)).toEqual(['eth2', 'eth10', 'lo'])
  })

  it('have anchors that an address can hold', () => {
    const [section] = sectionsOf([chart('net.a b', 1, 'a b/c')])
    expect(section?.families[0]?.anchor).toBe('menu_net_submenu_a_b_c')
    expect(chartAnchor('disk_space./home')).toBe('chart_disk_space._home')
  })

  it('name what they do not know', () => {
    expect(kindOf('tributary')).toMatchObject({ name: 'tributary', title: 'Tributary' })
    expect(kindOf('my_app')).toEqual({ name: 'my_app', title: 'My app', text: '' })
    expect(kindOf('network').name).toBe('network')
  })
})

it('the first chart of a context introduces it', () => {
  const sections = sectionsOf([
    chart('disk.vda', 2000, 'vda', 'disk.io'),
    chart('disk.vdb', 2000, 'vdb', 'disk.io'),
    chart('disk_ops.vdb', 2001, 'vdb', 'disk.ops'),
  ])
  expect([...introducing(sections)]).toEqual(['disk.vda', 'disk_ops.vdb'])
})

describe('a search', () => {
  const eth0 = chart('net.eth0', 1, 'eth0')
  it('finds all words anywhere', () => {
    expect(matchesSearch(eth0, ' ETH0  recei ')).toBe(true)
    expect(matchesSearch(eth0, 'interfaces')).toBe(true)
    expect(matchesSearch(eth0, 'eth0 sent')).toBe(false)
  })
  it('for nothing finds everything', () => {
    expect(matchesSearch(eth0, '  ')).toBe(true)
  })
})
