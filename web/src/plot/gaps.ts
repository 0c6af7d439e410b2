import type uPlot from 'uplot'
import { missingRuns } from '../logic/gaps'
import { canvasColors } from './theme'

/** Pixels between two stripes, and how far each leans. */
const distance = 7

/**
 * Stripes where the host has values before and after but none in between: a
 * hole in the data is not to be taken for a calm time.
 */
export function drawGaps(plot: uPlot): void {
  const [times, ...columns] = plot.data
  const { ctx, bbox } = plot
  const runs = missingRuns(columns)
  if (runs.length === 0) return
  const ratio = devicePixelRatio
  ctx.save()
  ctx.beginPath()
  for (const { first, last } of runs) {
    const from = plot.valToPos(times[first - 1]!, 'x', true)
    const to = plot.valToPos(times[last + 1]!, 'x', true)
    const left = Math.max(from, bbox.left)
    const width = Math.min(to, bbox.left + bbox.width) - left
    if (width > 0) ctx.rect(left, bbox.top, width, bbox.height)
  }
  ctx.clip()
  ctx.beginPath()
  const { left, top, width, height } = bbox
  for (let x = left - height; x < left + width; x += distance * ratio) {
    ctx.moveTo(x, top + height)
    ctx.lineTo(x + height, top)
  }
  ctx.strokeStyle = canvasColors().gap
  ctx.lineWidth = ratio
  ctx.stroke()
  ctx.restore()
}
