import type { Chart, Table, Value } from '../api/types'
import { resolutionFor } from '../logic/resolution'
import { type Range, SampleWindow, type Series } from '../logic/window'

/** What tells whether values of before still fit the chart. */
export function shapeOf(chart: Chart): string {
  const { chart_type, update_every, units, dimensions } = chart
  return JSON.stringify([chart_type, update_every, units, dimensions])
}

/** A gap that may still be filled; it has been read again so many times. */
interface Hole extends Range {
  attempts: number
}

/**
 * The values of one chart. Plain data outside of any reactivity, since it
 * changes every second; `draw` is called when there is something to see.
 */
export class Feed {
  readonly ids: string[]
  readonly shape: string
  /** Set while the chart is in view. */
  draw: (() => void) | null = null
  error: string | null = null
  loaded = false
  hole: Hole | null = null
  private live: SampleWindow
  private fixed: SampleWindow | null = null
  private fixedRange: Range | null = null

  constructor(
    readonly chart: Chart,
    private span: number,
  ) {
    this.ids = Object.keys(chart.dimensions)
    this.shape = shapeOf(chart)
    this.live = this.windowFor(span)
  }

  get step(): number {
    return Math.max(1, this.chart.update_every)
  }

  /** Seconds that a row of the moving range stands for. */
  get resolution(): number {
    return this.live.step
  }

  /** True while live values are rows as they come. */
  get isRaw(): boolean {
    return this.resolution === this.step
  }

  get newest(): number | null {
    return this.live.newest
  }

  /** Keeps so many seconds from now on; what it has is of use only if equal. */
  keep(span: number): void {
    if (span === this.span) return
    this.span = span
    this.live = this.windowFor(span)
    this.loaded = false
    this.hole = null
  }

  /** Takes a live row; returns the time after which there is a gap. */
  take(time: number, row: readonly Value[]): number | null {
    return this.live.put(time, row) ? this.live.gapBefore(time) : null
  }

  takeTable(table: Table): void {
    fill(this.live, this.columnsOf(table), table)
    this.loaded = true
    this.error = null
  }

  takeFixed(table: Table, range: Range): void {
    this.fixed = this.windowFor(range.to - range.from + 2 * this.step)
    this.fixedRange = range
    fill(this.fixed, this.columnsOf(table), table)
  }

  hasFixed(range: Range): boolean {
    return this.fixed !== null && this.fixedRange === range
  }

  /** Time after which the oldest gap between values begins. */
  firstGap(): number | null {
    return this.live.firstGap()
  }

  hasHole(range: Range): boolean {
    return this.live.hasHole(range.from, range.to)
  }

  /** A row more on both sides, so that lines run to the edges. */
  view(range: Range): Series {
    const source = this.sourceOf(range)
    const { step } = source
    return source.view({ from: range.from - step, to: range.to + step })
  }

  /** Seconds that a row of this range stands for. */
  rowLength(range: Range): number {
    return this.sourceOf(range).step
  }

  /** What was read for this range, else what shows most of it. */
  private sourceOf(range: Range): SampleWindow {
    if (this.fixed === null || this.hasFixed(range)) return this.fixed ?? this.live
    const isLive = this.live.oldest !== null && this.live.oldest <= range.from
    return isLive ? this.live : this.fixed
  }

  private windowFor(span: number): SampleWindow {
    const row = resolutionFor(span, this.step)
    return new SampleWindow(row, this.ids.length, span)
  }

  /**
   * Where each dimension stands in the table. In order, unless the node has
   * just got another layout: then by name, and null for what is not there.
   */
  private columnsOf(table: Table): (number | null)[] {
    const names = Object.entries(this.chart.dimensions)
    if (table.labels.length === names.length + 1) {
      return names.map((_, index) => index + 1)
    }
    return names.map(([id, { name }]) => {
      const byName = table.labels.indexOf(name, 1)
      const index = byName > 0 ? byName : table.labels.indexOf(id, 1)
      return index > 0 ? index : null
    })
  }
}

function fill(
  window: SampleWindow,
  columns: readonly (number | null)[],
  table: Table,
): void {
  for (const row of table.data) {
    const time = row[0]
    if (typeof time !== 'number') continue
    const values = columns.map((at) => (at === null ? null : (row[at] ?? null)))
    window.put(time, values)
  }
}
