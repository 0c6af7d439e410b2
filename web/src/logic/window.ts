import type { Value } from '../api/types'

export interface Range {
  from: number
  to: number
}

export interface Series {
  /** Unix seconds, ascending, every slot once. */
  times: number[]
  /** One array a dimension, as long as `times`; null is a gap. */
  columns: Value[][]
}

/**
 * The newest values of one chart, addressed by slot: a ring as long as the
 * time that the page shows. Rows may come in any order and more than once
 * (a read and the live stream overlap, late parts of a tick follow), so
 * putting a row is idempotent and a null never wipes a value out.
 */
export class SampleWindow {
  private readonly slots: number
  private readonly values: Float64Array
  private newestSlot: number | null = null

  constructor(
    readonly step: number,
    readonly width: number,
    readonly span: number,
  ) {
    // Two more than the span, so that lines reach both edges of the plot.
    this.slots = Math.ceil(span / step) + 2
    this.values = new Float64Array(this.slots * width).fill(NaN)
  }

  get newest(): number | null {
    return this.newestSlot === null ? null : this.newestSlot * this.step
  }

  /** The oldest time that there is room for. */
  get oldest(): number | null {
    if (this.newestSlot === null) return null
    return (this.newestSlot - this.slots + 1) * this.step
  }

  /** False when the row does not fit: too old, or not of this layout. */
  put(time: number, row: readonly Value[], offset = 0): boolean {
    if (row.length - offset !== this.width) return false
    const slot = this.slotOf(time)
    if (this.newestSlot === null) this.newestSlot = slot
    if (slot <= this.newestSlot - this.slots) return false
    if (slot > this.newestSlot) this.advance(slot)
    const start = this.index(slot)
    for (let column = 0; column < this.width; column += 1) {
      const value = row[column + offset]
      if (typeof value === 'number') this.values[start + column] = value
    }
    return true
  }

  /** All slots of the range up to the newest, with gaps where nothing came. */
  view(range: Range): Series {
    const series: Series = {
      times: [],
      columns: Array.from({ length: this.width }, () => []),
    }
    if (this.newestSlot === null) return series
    const first = Math.max(
      this.newestSlot - this.slots + 1,
      Math.floor(range.from / this.step),
    )
    const last = Math.min(this.newestSlot, Math.ceil(range.to / this.step))
    for (let slot = first; slot <= last; slot += 1) {
      series.times.push(slot * this.step)
      const start = this.index(slot)
      for (let column = 0; column < this.width; column += 1) {
        const value = this.values[start + column] as number
        series.columns[column]?.push(Number.isNaN(value) ? null : value)
      }
    }
    return series
  }

  /** True when some slot between the two times (exclusive) holds nothing. */
  hasHole(after: number, before: number): boolean {
    if (this.newestSlot === null) return false
    const oldest = this.newestSlot - this.slots + 1
    const first = Math.max(oldest, Math.floor(after / this.step) + 1)
    const end = Math.min(this.newestSlot, Math.ceil(before / this.step))
    for (let slot = first; slot < end; slot += 1) {
      if (this.isEmpty(slot)) return true
    }
    return false
  }

  /**
   * When a gap ends with this slot: the time of the last value before it, or
   * of the oldest slot when there is none. Null when there is no such gap.
   */
  gapBefore(time: number): number | null {
    const slot = this.slotOf(time)
    if (this.newestSlot === null || slot > this.newestSlot) return null
    const oldest = this.newestSlot - this.slots + 1
    if (slot <= oldest || this.isEmpty(slot)) return null
    let last = slot - 1
    while (last > oldest && this.isEmpty(last)) last -= 1
    return last === slot - 1 ? null : last * this.step
  }

  /** The time of the last value before the oldest gap between values. */
  firstGap(): number | null {
    if (this.newestSlot === null) return null
    let lastFilled: number | null = null
    for (let age = this.slots - 1; age >= 0; age -= 1) {
      const slot = this.newestSlot - age
      if (this.isEmpty(slot)) continue
      if (lastFilled !== null && slot > lastFilled + 1) {
        return lastFilled * this.step
      }
      lastFilled = slot
    }
    return null
  }

  /** A row stands for the time up to its own: one that is short, too. */
  private slotOf(time: number): number {
    return Math.ceil(time / this.step)
  }

  private isEmpty(slot: number): boolean {
    const start = this.index(slot)
    return this.values.subarray(start, start + this.width).every(Number.isNaN)
  }

  private advance(slot: number): void {
    const from = Math.max(this.newestSlot! + 1, slot - this.slots + 1)
    for (let cleared = from; cleared <= slot; cleared += 1) {
      const start = this.index(cleared)
      this.values.fill(NaN, start, start + this.width)
    }
    this.newestSlot = slot
  }

  private index(slot: number): number {
    return (slot % this.slots) * this.width
  }
}
