// The shapes of docs/http.md, as far as the page uses them.

export type HostState = 'live' | 'replicating' | 'stale' | 'offline' | 'archived'

/** Where a node keeps what it has. */
export type Durability = 'disk' | 'ram' | 'upstream'

export interface HostStatus {
  guid: string
  hostname: string
  reachable: boolean
  state: HostState
  hops: number
  newest_sample: number | null
  oldest_sample: number | null
  /** The answering node's clock minus the newest sample. */
  age_ms: number | null
  /** Why an offline host is offline, else empty. */
  reason: string
}

export interface Info {
  version: string
  uid: string
  hostname: string
  node_hostname: string
  node_uid: string
  mirrored_hosts_status: HostStatus[]
  /** Of the node that answers, a `Durability` that this page may not know. */
  durability?: string
  os_name?: string
  os_version?: string
  kernel_name?: string
  kernel_version?: string
  architecture?: string
  cores_total?: number | string
  ram_total?: number | string
}

export type ChartType = 'line' | 'area' | 'stacked'

export interface Dimension {
  name: string
  hidden?: boolean
}

export interface Chart {
  id: string
  name: string
  type: string
  family: string
  context: string
  title: string
  priority: number
  units: string
  chart_type: ChartType
  update_every: number
  /** By dimension id; the order of the keys is the order of the columns. */
  dimensions: Record<string, Dimension>
}

export interface ChartList {
  hostname: string
  charts: Record<string, Chart>
}

export type Value = number | null

export interface Table {
  labels: string[]
  /** Newest row first; a row is the time and one value a dimension. */
  data: Value[][]
}

export interface Tick {
  tick: number
  charts: Record<string, Value[]>
}
