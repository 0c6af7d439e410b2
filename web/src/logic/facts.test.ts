import { expect, it } from 'vitest'
import type { Info } from '../api/types'
import { factsOf } from './facts'

const bare: Info = {
  version: '',
  uid: '1',
  hostname: 'a',
  node_hostname: 'a',
  node_uid: '1',
  mirrored_hosts_status: [],
}

it('leaves out what is not known', () => {
  expect(factsOf(bare)).toEqual([])
  expect(factsOf({ ...bare, os_name: 'unknown', cores_total: 0 })).toEqual([])
})

it('tells the machine in short', () => {
  const info = {
    ...bare,
    version: '0.1.0',
    os_name: 'Debian GNU/Linux',
    os_version: '12',
    cores_total: '1',
    ram_total: 4 * 2 ** 30,
  }
  expect(factsOf(info)).toEqual([
    'Debian GNU/Linux 12',
    '1 core',
    '4.0 GiB memory',
    'Tributary 0.1.0',
  ])
})
