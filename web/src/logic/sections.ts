import type { Chart } from '../api/types'

export interface Family {
  name: string
  anchor: string
  charts: Chart[]
}

export interface Section {
  type: string
  title: string
  anchor: string
  count: number
  families: Family[]
}

/** Chart types whose name alone reads badly. */
const titles: Record<string, string> = {
  cpu: 'CPUs',
  disk: 'Disks',
  ip: 'IP',
  ipv4: 'IPv4',
  ipv6: 'IPv6',
  mem: 'Memory',
  net: 'Network interfaces',
}

export function titleOf(type: string): string {
  const words = type.replaceAll('_', ' ')
  return titles[type] ?? words.charAt(0).toUpperCase() + words.slice(1)
}

const natural = new Intl.Collator('en', { numeric: true })

/** `cpu2` before `cpu10`. */
export function compareNames(one: string, other: string): number {
  return natural.compare(one, other)
}

function slug(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_.-]/g, '_')
}

function groupBy(charts: readonly Chart[], key: (chart: Chart) => string) {
  const groups = new Map<string, Chart[]>()
  for (const chart of charts) {
    const group = groups.get(key(chart))
    if (group) group.push(chart)
    else groups.set(key(chart), [chart])
  }
  return [...groups]
}

/**
 * Sections by chart type, in them families. Each stands where its chart of
 * the lowest priority number puts it, as the origin has ordered them.
 */
export function sectionsOf(charts: readonly Chart[]): Section[] {
  const sorted = [...charts].sort(
    (one, other) =>
      one.priority - other.priority || compareNames(one.id, other.id),
  )
  return groupBy(sorted, (chart) => chart.type).map(([type, members]) => {
    const anchor = `menu_${slug(type)}`
    return {
      type,
      title: titleOf(type),
      anchor,
      count: members.length,
      families: groupBy(members, (chart) => chart.family || type).map(
        ([name, own]) => ({
          name,
          anchor: `${anchor}_submenu_${slug(name)}`,
          charts: own,
        }),
      ),
    }
  })
}
