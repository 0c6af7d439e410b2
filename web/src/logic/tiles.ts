import type { Chart, Value } from '../api/types'
import { idle } from './glance'
import { scaleFor, valueText } from './units'
import type { Series } from './window'

/** A line of a tile: what it is called and its value as text. */
export interface Reading {
  name: string
  text: string
  unit: string
}

/** What the head of the page tells of one part of the machine. */
export interface TileState {
  /** Percent in use, for what can be full; else null. */
  share: Value
  readings: Reading[]
  /** What moves in the small plot; flows have one line for each direction. */
  lines: Value[][]
  /** Where the small plot ends at the top; null: at its largest value. */
  top: number | null
}

export interface Tile {
  chart: Chart
  title: string
  read(series: Series): TileState
}

type Reader = (chart: Chart, series: Series) => TileState

function columnsBy(chart: Chart, series: Series): Map<string, Value[]> {
  const ids = Object.keys(chart.dimensions)
  return new Map(ids.map((id, at) => [id, series.columns[at] ?? []]))
}

/** The newest value, or the one before while a tick is still coming in. */
function newestOf(column: readonly Value[] | undefined): Value {
  return column?.at(-1) ?? column?.at(-2) ?? null
}

function reading(chart: Chart, name: string, value: Value): Reading {
  const size = Math.abs(value ?? 0)
  const scale = scaleFor(chart.units, size, false)
  const positive = value === null ? null : size
  return { name, text: valueText(positive, scale), unit: scale.unit }
}

function sums(columns: readonly (readonly Value[])[]): Value[] {
  const [first] = columns
  return (first ?? []).map((_, row) => {
    const values = columns.map((column) => column[row] ?? null)
    if (values.every((value) => value === null)) return null
    return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
  })
}

/** What a processor does, in three kinds. */
const work: Record<string, readonly string[]> = {
  user: ['user', 'nice', 'guest', 'guest_nice'],
  system: ['system', 'irq', 'softirq'],
  waiting: ['iowait', 'steal'],
}

const processors: Reader = (chart, series) => {
  const columns = columnsBy(chart, series)
  const busy = sums([...columns].flatMap(([id, column]) => (idle.has(id) ? [] : [column])))
  const sumOf = (ids: readonly string[]) =>
    newestOf(sums(ids.flatMap((id) => [columns.get(id) ?? []]).filter((one) => one.length > 0)))
  return {
    share: newestOf(busy),
    readings: Object.entries(work).map(([name, ids]) => ({
      ...reading(chart, name, sumOf(ids)),
      text: valueText(sumOf(ids), { divisor: 1, unit: '%', decimals: 1 }),
    })),
    lines: [busy],
    top: 100,
  }
}

/** Of what is `used` and what the other dimensions leave. */
const filled: Reader = (chart, series) => {
  const columns = columnsBy(chart, series)
  const all = sums([...columns.values()])
  const used = columns.get('used') ?? []
  const shares = used.map((value, row) => {
    const whole = all[row] ?? 0
    return value === null || whole <= 0 ? null : (value * 100) / whole
  })
  return {
    share: newestOf(shares),
    readings: [
      reading(chart, 'used', newestOf(used)),
      reading(chart, 'of', newestOf(all)),
    ],
    lines: [shares],
    top: 100,
  }
}

const flows: Reader = (chart, series) => {
  const names = Object.values(chart.dimensions).map((one) => one.name)
  const lines = series.columns.slice(0, 2).map((column) =>
    column.map((value) => (value === null ? null : Math.abs(value))),
  )
  return {
    share: null,
    readings: lines.map((line, at) => reading(chart, names[at] ?? '', newestOf(line))),
    lines,
    top: null,
  }
}

const load: Reader = (chart, series) => {
  const columns = columnsBy(chart, series)
  const minutes = (id: string) => `${id.replace('load', '')} min`
  return {
    share: null,
    readings: [...columns].map(([id, column]) => ({
      ...reading(chart, minutes(id), newestOf(column)),
      unit: '',
    })),
    lines: [columns.get('load1') ?? series.columns[0] ?? []],
    top: null,
  }
}

/** Found by id, or by context and family where the id is no name. */
interface Wanted {
  id: string
  family?: string
  title: string
  reader: Reader
}

const table: readonly Wanted[] = [
  { id: 'system.cpu', title: 'CPU', reader: processors },
  { id: 'system.ram', title: 'Memory', reader: filled },
  { id: 'system.load', title: 'Load', reader: load },
  { id: 'disk.space', family: '/', title: 'Space on /', reader: filled },
  { id: 'system.io', title: 'Disk', reader: flows },
  { id: 'system.net', title: 'Network', reader: flows },
]

/** The tiles that the charts of this host give. */
export function tilesOf(charts: readonly Chart[]): Tile[] {
  return table.flatMap(({ id, family, title, reader }) => {
    const chart = charts.find((one) =>
      family ? one.context === id && one.family === family : one.id === id,
    )
    if (!chart) return []
    return [{ chart, title, read: (series: Series) => reader(chart, series) }]
  })
}
