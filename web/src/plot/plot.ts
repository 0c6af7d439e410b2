import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { ChartType, Value } from '../api/types'
import { tickTexts } from '../logic/clock'
import { type Band, overlay, stack } from '../logic/stack'
import { numberText, type Scale, tickDecimals } from '../logic/units'
import type { Range, Series } from '../logic/window'
import { drawGaps } from './gaps'
import { type TimeGestures, watchGestures } from './gestures'
import { bandPaths } from './paths'
import { canvasColors } from './theme'

export interface PlotEvents extends Omit<TimeGestures, 'pointAt'> {
  /** The row under the cursor, null when there is none. */
  cursor(index: number | null): void
  /** Somebody has dragged over this time. */
  select(from: number, to: number): void
  reset(): void
}

const font = '11px system-ui, sans-serif'
const fillAlpha: Record<ChartType, string> = { line: '', area: '30', stacked: 'c8' }
/** Of dimensions that stand back while another one is pointed at. */
const fadedAlpha = 0.18
/** Seconds between two ticks of the time axis. */
const timeSteps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400,
  21600, 43200, 86400, 172800, 604800,
]
/** All charts of a page share one cursor. */
const syncKey = 'page'
/** What one chart tells the others; a drag is its own affair. */
const sharedEvents = new Set(['mousemove', 'mouseleave'])

/** One chart on a canvas: what uPlot shows, and how it looks. */
export class Plot {
  private readonly plot: uPlot
  private readonly sizes: ResizeObserver
  private bands: Band[] = []
  private range: Range = { from: 0, to: 1 }

  constructor(
    private readonly element: HTMLElement,
    private readonly type: ChartType,
    private readonly colors: readonly string[],
    private readonly events: PlotEvents,
  ) {
    const empty: number[][] = colors.map(() => [])
    this.plot = new uPlot(this.options(), [[], ...empty], element)
    watchGestures(this.plot, {
      zoomBy: events.zoomBy,
      pan: events.pan,
      pointAt: (left, top) => this.setCursor(left, top),
    })
    this.sizes = new ResizeObserver(() => this.plot.setSize(this.size()))
    this.sizes.observe(element)
  }

  draw({ times, columns }: Series, range: Range, scale: Scale): void {
    const scaled = columns.map((column) =>
      column.map((value) => (value === null ? null : value / scale.divisor)),
    )
    this.bands = this.type === 'stacked' ? stack(scaled) : overlay(scaled)
    this.range = range
    const tops = this.bands.map((band) => band.top)
    this.plot.setData([times, ...tops])
  }

  redraw(): void {
    this.plot.redraw()
  }

  /** The dimension at this place stands out; null: all are equal. */
  point(at: number | null): void {
    this.plot.setSeries(at === null ? null : at + 1, { focus: at !== null })
  }

  /** Moves the cursor of all charts by so many rows, from the newest on. */
  moveCursor(rows: number): void {
    const times = this.plot.data[0]
    const current = this.plot.cursor.idx ?? times.length
    const index = Math.min(Math.max(current + rows, 0), times.length - 1)
    const time = times[index]
    if (time === undefined) return
    this.setCursor(this.plot.valToPos(time, 'x'), this.size().height / 3)
  }

  hideCursor(): void {
    this.setCursor(-10, -10)
  }

  get cursorIndex(): number | null {
    return this.plot.cursor.idx ?? null
  }

  get cursorTime(): number | null {
    const { idx } = this.plot.cursor
    return idx == null ? null : (this.plot.data[0][idx] ?? null)
  }

  destroy(): void {
    this.sizes.disconnect()
    this.plot.destroy()
  }

  private setCursor(left: number, top: number): void {
    // uPlot takes a third argument, publish, which its types leave out.
    const plot = this.plot as unknown as {
      setCursor(at: uPlot.Cursor, fireHook: boolean, publish: boolean): void
    }
    plot.setCursor({ left, top }, true, true)
  }

  private size(): { width: number; height: number } {
    const { clientWidth, clientHeight } = this.element
    return { width: Math.max(clientWidth, 120), height: clientHeight }
  }

  private options(): uPlot.Options {
    return {
      ...this.size(),
      padding: [23, 6, 0, 0],
      legend: { show: false },
      focus: { alpha: fadedAlpha },
      cursor: this.cursor(),
      scales: {
        x: { time: true, range: () => [this.range.from, this.range.to] },
        y: { range: (_, low, high) => this.valueRange(low, high) },
      },
      axes: [this.timeAxis(), this.valueAxis()],
      series: [{}, ...this.colors.map((color) => this.series(color))],
      hooks: {
        drawClear: [drawGaps],
        setCursor: [(plot) => this.events.cursor(plot.cursor.idx ?? null)],
        setSelect: [(plot) => this.selected(plot)],
      },
    }
  }

  private cursor(): uPlot.Cursor {
    return {
      y: false,
      points: { size: 6, width: 1 },
      drag: { x: true, y: false, setScale: false, dist: 5 },
      sync: {
        key: syncKey,
        scales: ['x', null],
        filters: { pub: (type) => sharedEvents.has(type) },
      },
      bind: {
        // With Shift it is the time that is dragged.
        mousedown: (_, __, handler) => (event) => {
          if (!event.shiftKey) handler(event)
          return null
        },
        dblclick: () => () => {
          this.events.reset()
          return null
        },
      },
    }
  }

  private series(color: string): uPlot.Series {
    const isFilled = this.type !== 'line'
    return {
      stroke: color,
      // The lines of bands that are zero would lie on top of the stack.
      width: this.type === 'stacked' ? 0 : 1.5,
      cap: 'round',
      points: { show: false },
      ...(isFilled ? { fill: color + fillAlpha[this.type] } : {}),
      paths: bandPaths((at) => (isFilled ? (this.bands[at - 1]?.base ?? null) : null)),
    }
  }

  private timeAxis(): uPlot.Axis {
    return {
      ...axisLook(),
      size: 24,
      space: 72,
      incrs: timeSteps,
      values: (plot, ticks, _, __, increment) => {
        // A text that would reach over the edge would be cut.
        const end = plot.over.clientWidth
        return tickTexts(ticks, increment).map((text, at) =>
          plot.valToPos(ticks[at] ?? 0, 'x') + text.length * 2.9 > end ? '' : text,
        )
      },
    }
  }

  private valueAxis(): uPlot.Axis {
    return {
      ...axisLook(),
      size: 44,
      space: 26,
      values: (_, ticks, __, ___, increment) => {
        const decimals = tickDecimals(increment)
        return ticks.map((tick) => numberText(tick, decimals))
      },
    }
  }

  private valueRange(low: number | null, high: number | null): [number, number] {
    if (low === null || high === null) return [0, 1]
    // What is filled stands on zero; a line may hover anywhere.
    const isFilled = this.type !== 'line'
    const least = isFilled ? Math.min(low, 0) : low
    const most = isFilled ? Math.max(high, 0) : high
    if (least === 0 && most === 0) return [0, 1]
    const [min, max] = uPlot.rangeNum(least, most, 0.1, true)
    return [min ?? 0, max ?? 1]
  }

  private selected(plot: uPlot): void {
    const { left, width } = plot.select
    if (width <= 0) return
    const from = plot.posToVal(left, 'x')
    const to = plot.posToVal(left + width, 'x')
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
    this.events.select(from, to)
  }
}

function axisLook(): uPlot.Axis {
  const grid = { stroke: () => canvasColors().grid, width: 1 }
  return {
    stroke: () => canvasColors().text,
    grid,
    ticks: { ...grid, size: 4 },
    font,
    gap: 3,
  }
}

/** A column without a value, for a dimension that is switched off. */
export function emptyColumn(length: number): Value[] {
  return Array.from({ length }, () => null)
}
