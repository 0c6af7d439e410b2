import uPlot from 'uplot'
import type { Value } from '../api/types'
import { type Run, runsOf } from '../logic/gaps'

/** From `base` to `top` of one series; no base means a line without fill. */
export type BaseOf = (series: number) => readonly Value[] | null

/**
 * uPlot's own bands clip one series by another and so lose a band when a
 * gap is in the one below. Here each series knows where it stands: every
 * unbroken run is one line on top and, if filled, one closed shape.
 */
export function bandPaths(baseOf: BaseOf): uPlot.Series.PathBuilder {
  return (plot, series, first, last) => {
    const times = plot.data[0]
    const tops = plot.data[series]
    const bases = baseOf(series)
    const stroke = new Path2D()
    const fill = bases ? new Path2D() : null
    if (tops) {
      const x = (index: number) => plot.valToPos(times[index] ?? 0, 'x', true)
      const y = (value: Value | undefined) =>
        plot.valToPos(value ?? 0, 'y', true)
      // One further on each side, so that lines leave the plot at its edge.
      const from = Math.max(0, first - 1)
      const to = Math.min(times.length - 1, last + 1)
      for (const run of runsOf(tops, from, to)) {
        const top = (index: number) => y(tops[index])
        traceTop(stroke, run, x, top)
        if (fill && bases) {
          traceTop(fill, run, x, top)
          traceBack(fill, run, x, (index) => y(bases[index]))
        }
      }
    }
    return { stroke, fill, clip: null, band: null, gaps: [], flags: 0 }
  }
}

/** A sample between two gaps has no length: it would not be seen. */
function margin(run: Run): number {
  return run.first === run.last ? 1 : 0
}

type Coordinate = (index: number) => number

function traceTop(path: Path2D, run: Run, x: Coordinate, y: Coordinate): void {
  const { first, last } = run
  path.moveTo(x(first) - margin(run), y(first))
  for (let index = first; index <= last; index += 1) {
    path.lineTo(x(index) + margin(run), y(index))
  }
}

function traceBack(path: Path2D, run: Run, x: Coordinate, y: Coordinate): void {
  const { first, last } = run
  for (let index = last; index >= first; index -= 1) {
    path.lineTo(x(index) + margin(run), y(index))
  }
  path.lineTo(x(first) - margin(run), y(first))
  path.closePath()
}
