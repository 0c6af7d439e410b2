import type { HostStatus } from '../api/types'
import { compareNames } from './sections'

/** The answering node first, the others by name. */
export function sortHosts(
  hosts: readonly HostStatus[],
  nodeGuid: string,
): HostStatus[] {
  const rank = (host: HostStatus) => (host.guid === nodeGuid ? 0 : 1)
  return [...hosts].sort(
    (one, other) =>
      rank(one) - rank(other) ||
      compareNames(one.hostname, other.hostname) ||
      compareNames(one.guid, other.guid),
  )
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
  return { prefix: `/host/${encoded}`, name: decode(encoded) }
}

/** An address may hold a stray `%`. */
function decode(text: string): string {
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
