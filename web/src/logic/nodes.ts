import type { HostState, HostStatus } from '../api/types'
import { compareNames } from './sections'

/** What the node list can be sorted by. */
export type HostOrder = 'name' | 'state' | 'hops' | 'lag'

/** What needs somebody first. */
const urgency: Record<HostState, number> = {
  offline: 0,
  stale: 1,
  replicating: 2,
  live: 3,
  archived: 4,
}

const comparisons: Record<HostOrder, (one: HostStatus, other: HostStatus) => number> = {
  name: () => 0,
  state: (one, other) => urgency[one.state] - urgency[other.state],
  hops: (one, other) => one.hops - other.hops,
  // Longest first, and those that never sent anything before them.
  lag: (one, other) => lagRank(other) - lagRank(one),
}

/** Live hosts differ by milliseconds that say nothing: they are equal. */
function lagRank({ age_ms, state }: HostStatus): number {
  if (age_ms === null) return Number.MAX_SAFE_INTEGER
  return state === 'live' ? 0 : age_ms
}

/** The answering node first, the others in order, equal ones by name. */
export function sortHosts(
  hosts: readonly HostStatus[],
  nodeGuid: string,
  order: HostOrder = 'name',
): HostStatus[] {
  const rank = (host: HostStatus) => (host.guid === nodeGuid ? 0 : 1)
  return [...hosts].sort(
    (one, other) =>
      rank(one) - rank(other) ||
      comparisons[order](one, other) ||
      compareNames(one.hostname, other.hostname) ||
      compareNames(one.guid, other.guid),
  )
}

/** Those whose name, state or GUID begins or goes on with the text. */
export function matchingHosts(
  hosts: readonly HostStatus[],
  text: string,
): readonly HostStatus[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return hosts
  return hosts.filter(
    ({ hostname, guid, state }) =>
      hostname.toLowerCase().includes(wanted) ||
      guid.startsWith(wanted) ||
      state === wanted,
  )
}

/** How many hosts are in each state. */
export function countStates(hosts: readonly HostStatus[]): Record<HostState, number> {
  const counts = { live: 0, replicating: 0, stale: 0, offline: 0, archived: 0 }
  for (const { state } of hosts) counts[state] += 1
  return counts
}

/** Names that stand for several hosts. */
export function ambiguousNames(hosts: readonly HostStatus[]): Set<string> {
  const seen = new Set<string>()
  const ambiguous = new Set<string>()
  for (const { hostname } of hosts) {
    if (seen.has(hostname)) ambiguous.add(hostname)
    seen.add(hostname)
  }
  return ambiguous
}

/** Where the host's charts are; the GUID where the name would not do. */
export function hostPath(host: HostStatus, ambiguous: Set<string>): string {
  const isPlain = /^[A-Za-z0-9._-]+$/.test(host.hostname)
  const useName = isPlain && !ambiguous.has(host.hostname)
  return `/host/${useName ? host.hostname : host.guid}/`
}

export interface Route {
  /** What API paths start with. */
  prefix: string
  /** The host that the address names, null for the node's own. */
  name: string | null
}

export function routeOf(pathname: string): Route {
  const encoded = /^\/host\/([^/]+)/.exec(pathname)?.[1]
  if (encoded === undefined) return { prefix: '', name: null }
  return { prefix: `/host/${encoded}`, name: decodeText(encoded) }
}

/** A part of an address, which may hold a stray `%`. */
export function decodeText(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export function hopsText(hops: number): string {
  if (hops === 0) return 'this node'
  return hops === 1 ? '1 hop' : `${hops} hops`
}
