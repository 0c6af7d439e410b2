import { expect, it } from 'vitest'
import type { Chart } from '../api/types'
import { compareNames, sectionsOf, titleOf } from './sections'

function chart(id: string, family: string, priority: number): Chart {
  return {
    id,
    name: id,
    type: id.split('.')[0] ?? '',
    family,
    context: id,
    title: id,
    priority,
    units: '',
    chart_type: 'line',
    update_every: 1,
    dimensions: {},
  }
}

it('groups by type and family in the order of priority', () => {
  const sections = sectionsOf([
    chart('disk.sdb', 'sdb', 2001),
    chart('system.ram', 'ram', 200),
    chart('disk.sda', 'sda', 2000),
    chart('system.cpu', 'cpu', 100),
    chart('system.cpu_some', 'cpu', 150),
  ])
  expect(sections.map((section) => section.type)).toEqual(['system', 'disk'])
  expect(sections[0]?.count).toBe(3)
  expect(
    sections[0]?.families.map(({ name, charts }) => [name, charts.map((one) => one.id)]),
  ).toEqual([
    ['cpu', ['system.cpu', 'system.cpu_some']],
    ['ram', ['system.ram']],
  ])
})

it('orders equal priorities by name as people count', () => {
  const [section] = sectionsOf([
    chart('cpu.cpu10', 'cores', 1000),
    chart('cpu.cpu2', 'cores', 1000),
  ])
  expect(section?.families[0]?.charts.map((one) => one.id)).toEqual([
    'cpu.cpu2',
    'cpu.cpu10',
  ])
  expect(compareNames('a9', 'a10')).toBeLessThan(0)
})

it('makes anchors that an address can hold', () => {
  const [section] = sectionsOf([chart('disk.x', '/mnt/my disk', 1)])
  expect(section?.anchor).toBe('menu_disk')
  expect(section?.families[0]?.anchor).toBe('menu_disk_submenu__mnt_my_disk')
})

it('names a family that has no name after its type', () => {
  expect(sectionsOf([chart('x.y', '', 1)])[0]?.families[0]?.name).toBe('x')
})

it('has readable titles', () => {
  expect(titleOf('ipv6')).toBe('IPv6')
  expect(titleOf('disk_space')).toBe('Disk space')
})
