import { describe, expect, it } from 'vitest'
import type { HostStatus } from '../api/types'
import {
  ambiguousNames,
  countStates,
  hopsText,
  hostPath,
  matchingHosts,
  routeOf,
  sortHosts,
} from './nodes'

function host(guid: string, hostname: string, hops = 1): HostStatus {
  return {
    guid,
    hostname,
    hops,
    reachable: true,
    state: 'live',
    newest_sample: null,
    oldest_sample: null,
    age_ms: null,
    reason: '',
  }
}

it('lists the answering node first and the others by name', () => {
  const hosts = [host('1', 'leaf10'), host('2', 'leaf9'), host('3', 'zulu', 0)]
  const names = sortHosts(hosts, '3').map((one) => one.hostname)
  expect(names).toEqual(['zulu', 'leaf9', 'leaf10'])
})

describe('the path of a host', () => {
  const hosts = [host('1', 'twin'), host('2', 'twin'), host('3', 'single')]
  const ambiguous = ambiguousNames(hosts)

  it('has its name', () => {
    expect(hostPath(hosts[2]!, ambiguous)).toBe('/host/single/')
  })

  it('has the GUID where several hosts have the name', () => {
    expect(hostPath(hosts[0]!, ambiguous)).toBe('/host/1/')
  })

  it('has the GUID where a path cannot hold the name', () => {
    expect(hostPath(host('4', 'a/b'), ambiguous)).toBe('/host/4/')
    expect(hostPath(host('5', ''), ambiguous)).toBe('/host/5/')
  })
})

describe('the route of an address', () => {
  it('is the node itself without a host', () => {
    expect(routeOf('/')).toEqual({ prefix: '', name: null })
    expect(routeOf('/index.html')).toEqual({ prefix: '', name: null })
  })

  it('names the host', () => {
    const route = { prefix: '/host/child1', name: 'child1' }
    expect(routeOf('/host/child1/')).toEqual(route)
    expect(routeOf('/host/child1')).toEqual(route)
  })

  it('decodes the name but not the prefix', () => {
    const route = { prefix: '/host/b%C3%BCro', name: 'büro' }
    expect(routeOf('/host/b%C3%BCro/')).toEqual(route)
    expect(routeOf('/host/50%/')).toEqual({ prefix: '/host/50%', name: '50%' })
  })
})

it('tells hops in words', () => {
  expect([0, 1, 3].map(hopsText)).toEqual(['this node', '1 hop', '3 hops'])
})

describe('many hosts', () => {
  const hosts: HostStatus[] = [
    { ...host('aa', 'a-live'), age_ms: 900 },
    { ...host('bb', 'b-stale', 3), state: 'stale', age_ms: 40_000 },
    { ...host('cc', 'c-offline', 2), state: 'offline', age_ms: 90_000 },
    { ...host('dd', 'd-live'), age_ms: 100 },
    { ...host('ee', 'e-never'), state: 'offline' },
  ]
  const names = (order: Parameters<typeof sortHosts>[2]) =>
    sortHosts(hosts, 'dd', order).map((one) => one.hostname)

  it('are sorted by what needs somebody, the node itself first', () => {
    expect(names('state')).toEqual(['d-live', 'c-offline', 'e-never', 'b-stale', 'a-live'])
    expect(names('lag')).toEqual(['d-live', 'e-never', 'c-offline', 'b-stale', 'a-live'])
    expect(names('hops')[4]).toBe('b-stale')
  })

  it('are found by name, state or GUID', () => {
    expect(matchingHosts(hosts, ' STALE ')).toHaveLength(1)
    expect(matchingHosts(hosts, 'offline').map((one) => one.guid)).toEqual(['cc', 'ee'])
    expect(matchingHosts(hosts, 'aa')[0]?.hostname).toBe('a-live')
    expect(matchingHosts(hosts, '')).toBe(hosts)
  })

  it('are counted', () => {
    expect(countStates(hosts)).toEqual({
      live: 2,
      replicating: 0,
      stale: 1,
      offline: 2,
      archived: 0,
    })
  })
})
