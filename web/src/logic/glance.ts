import type { Table, Value } from '../api/types'

/** What a row of the node list shows of a host. */
export interface Glance {
  /** Percent of all processors, oldest first. */
  processors: Value[]
  /** Percent of memory in use; null when unknown. */
  memory: number | null
}

/** Dimensions of `system.cpu` in which a processor does nothing. */
export const idle = new Set(['idle'])

function sum(row: readonly Value[], from = 0): number {
  return row.slice(from).reduce<number>((total, value) => total + (value ?? 0), 0)
}

function columnOf(table: Table, name: string): number {
  return table.labels.indexOf(name)
}

/** How busy a row of `system.cpu` says that processors are. */
function busyOf(table: Table, row: readonly Value[]): Value {
  if (row.slice(1).every((value) => value === null)) return null
  const resting = [...idle].map((name) => columnOf(table, name))
  return row.reduce<number>(
    (total, value, at) => total + (at > 0 && !resting.includes(at) ? (value ?? 0) : 0),
    0,
  )
}

export function glanceOf(processors?: Table, memory?: Table): Glance {
  const newest = memory?.data[0]
  const used = newest && newest[columnOf(memory, 'used')]
  const all = newest ? sum(newest, 1) : 0
  return {
    processors: [...(processors?.data ?? [])]
      .reverse()
      .map((row) => busyOf(processors!, row)),
    memory: used != null && all > 0 ? (used * 100) / all : null,
  }
}
