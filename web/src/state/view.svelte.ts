import { defaultSpan, narrowest, widest } from '../logic/address'
import { resolutionFor } from '../logic/resolution'
import type { Range } from '../logic/window'

/**
 * Which time all charts show: the newest `span` seconds, moving on, or a range
 * that somebody has chosen, standing still.
 */
export class View {
  span = $state(defaultSpan)
  fixed = $state.raw<Range | null>(null)
  /** The newest time that any chart of the host has shown. */
  newest = $state<number | null>(null)
  /** The last change was one of many in one movement, such as a wheel's. */
  isGliding = false

  constructor(span = defaultSpan) {
    this.span = span
  }

  get range(): Range {
    if (this.fixed) return this.fixed
    const newest = this.newest ?? Math.floor(Date.now() / 1000)
    // In whole rows: what cannot be seen to move need not be drawn again.
    const row = resolutionFor(this.span, 1)
    const to = Math.ceil(newest / row) * row
    return { from: to - this.span, to }
  }

  /** True when this moved the range on. */
  advance(time: number): boolean {
    if (this.newest !== null && time <= this.newest) return false
    const { to } = this.range
    const isFirst = this.newest === null
    this.newest = time
    return isFirst || this.range.to !== to
  }

  follow(span = this.span): void {
    this.isGliding = false
    this.span = span
    this.fixed = null
  }

  pause(): void {
    this.isGliding = false
    this.fixed ??= this.range
  }

  toggle(): void {
    if (this.fixed) this.follow()
    else this.pause()
  }

  /** Stands still at these times, in any order. */
  show(one: number, other: number): void {
    this.isGliding = false
    this.stand(one, other)
  }

  /** Shows `factor` times as much, so that `around` stays where it is. */
  zoomBy(factor: number, around?: number): void {
    const { from, to } = this.range
    const length = Math.min(Math.max((to - from) * factor, narrowest), widest)
    const middle = around ?? (from + to) / 2
    const share = (middle - from) / (to - from)
    this.isGliding = true
    this.stand(middle - share * length, middle + (1 - share) * length)
  }

  /** Moves by so many seconds, at most to the newest sample. */
  pan(seconds: number): void {
    const { from, to } = this.range
    const newest = this.newest ?? Date.now() / 1000
    const most = Math.max(0, newest - to)
    const by = Math.round(Math.min(seconds, most))
    this.isGliding = true
    if (by !== 0) this.stand(from + by, to + by)
  }

  private stand(one: number, other: number): void {
    const from = Math.max(0, Math.floor(Math.min(one, other)))
    const to = Math.ceil(Math.max(one, other))
    const missing = Math.max(0, narrowest - (to - from))
    this.fixed = {
      from: from - Math.ceil(missing / 2),
      to: Math.min(to + Math.floor(missing / 2), from + widest),
    }
  }
}
