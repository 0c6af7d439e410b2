import type { Range } from '../logic/window'

/** Seconds that a chart shows and keeps. */
export const liveSpan = 300

/** Below this a zoom would show less than a few samples. */
const narrowest = 4

/**
 * Which time all charts show: the newest five minutes, moving on, or a range
 * that somebody has chosen, standing still.
 */
export class View {
  zoom = $state.raw<Range | null>(null)
  /** The newest time that any chart of the host has shown. */
  newest = $state<number | null>(null)

  get range(): Range {
    if (this.zoom) return this.zoom
    const to = this.newest ?? Math.floor(Date.now() / 1000)
    return { from: to - liveSpan, to }
  }

  /** True when this moved the live range on. */
  advance(time: number): boolean {
    if (this.newest !== null && time <= this.newest) return false
    this.newest = time
    return true
  }

  zoomTo(one: number, other: number): void {
    const from = Math.floor(Math.min(one, other))
    const to = Math.ceil(Math.max(one, other))
    const missing = Math.max(0, narrowest - (to - from))
    this.zoom = { from: from - Math.ceil(missing / 2), to: to + Math.floor(missing / 2) }
  }

  /** Half the time shown, around this moment. */
  zoomIn(around: number): void {
    const { from, to } = this.range
    const quarter = (to - from) / 4
    const middle = Math.min(Math.max(around, from + quarter), to - quarter)
    this.zoomTo(middle - quarter, middle + quarter)
  }

  reset(): void {
    this.zoom = null
  }
}
