import type { Chart } from '../api/types'
import { type Kind, kindOf } from './kinds'

export interface Family {
  name: string
  anchor: string
  charts: Chart[]
}

export interface Section extends Kind {
  anchor: string
  count: number
  families: Family[]
}

const natural = new Intl.Collator('en', { numeric: true })

/** `cpu2` before `cpu10`. */
export function compareNames(one: string, other: string): number {
  return natural.compare(one, other)
}

function slug(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_.-]/g, '_')
}

/** Where the chart is on the page, for links to it. */
export function chartAnchor(id: string): string {
  return `chart_${slug(id)}`
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
 * the lowest priority number puts it, as the origin has ordered them; families
 * that begin alike, such as disks, stand by name.
 */
export function sectionsOf(charts: readonly Chart[]): Section[] {
  const sorted = [...charts].sort(
    (one, other) =>
      one.priority - other.priority || compareNames(one.id, other.id),
  )
  return groupBy(sorted, (chart) => kindOf(chart.type).name).map(
    ([name, members]) => {
      const anchor = `menu_${slug(name)}`
      const families = groupBy(members, (chart) => chart.family || chart.type)
      families.sort(
        ([one, [ones]], [other, [others]]) =>
          ones!.priority - others!.priority || compareNames(one, other),
      )
      return {
        ...kindOf(members[0]!.type),
        anchor,
        count: members.length,
        families: families.map(([family, own]) => ({
          name: family,
          anchor: `${anchor}_submenu_${slug(family)}`,
          charts: own,
        })),
      }
    },
  )
}

/** The first chart of each context in each section: it says what is shown. */
export function introducing(sections: readonly Section[]): Set<string> {
  const result = new Set<string>()
  for (const { families } of sections) {
    const seen = new Set<string>()
    for (const { id, context } of families.flatMap((one) => one.charts)) {
      if (!seen.has(context)) result.add(id)
      seen.add(context)
    }
  }
  return result
}

/** Whether each word of the search is somewhere in what names the chart. */
export function matchesSearch(chart: Chart, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const { id, title, family, context, units } = chart
  const dimensions = Object.values(chart.dimensions).map((one) => one.name)
  const section = kindOf(chart.type).title
  const text = [id, title, family, context, units, section, ...dimensions]
    .join('\n')
    .toLowerCase()
  return words.every((word) => text.includes(word))
}
