import { ApiError, type Client } from '../api/client'
import type { RequestQueue } from '../api/queue'
import type { Chart, Table, Tick } from '../api/types'
import { alignedRange, resolutionFor } from '../logic/resolution'
import type { Range } from '../logic/window'
import { Feed, shapeOf } from './feed'
import type { View } from './view.svelte'

const retryDelay = 5_000
/** While a range glides, only where it comes to rest is read. */
const settleDelay = 120

/**
 * When a gap is read again. After an outage a child streams live values at
 * once and hands in what it missed later, so one read is not enough.
 */
const refillDelays = [0, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000, 60_000, 60_000]

/** The values of all charts that are, or were, in view. */
export class Feeds {
  private readonly feeds = new Map<string, Feed>()
  private readonly dirty = new Set<Feed>()
  private frame = 0
  private settleTimer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly client: Client,
    private readonly queue: RequestQueue,
    private readonly view: View,
    /** Called when other charts came into view. */
    private readonly viewChanged: () => void,
  ) {}

  get visible(): Feed[] {
    return [...this.feeds.values()].filter((feed) => feed.draw !== null)
  }

  /** The chart is in view from now on: read it and draw it. */
  show(chart: Chart, draw: () => void): Feed {
    const known = this.feeds.get(chart.id)
    const isSame = known?.shape === shapeOf(chart)
    const feed = isSame ? known : new Feed(chart, this.view.span)
    this.feeds.set(chart.id, feed)
    feed.draw = draw
    this.viewChanged()
    this.read(feed)
    return feed
  }

  hide(feed: Feed): void {
    feed.draw = null
    this.dirty.delete(feed)
    this.viewChanged()
  }

  take({ tick, charts }: Tick): void {
    const isMoved = this.view.advance(tick)
    for (const [id, row] of Object.entries(charts)) {
      const feed = this.feeds.get(id)
      if (!feed?.loaded) continue
      if (!feed.isRaw) {
        // Rows that stand for many ticks are made by the node.
        if (feed.draw && tick > (feed.newest ?? 0)) this.readLive(feed)
        continue
      }
      const gapAfter = feed.take(tick, row)
      if (gapAfter !== null) this.noteHole(feed, gapAfter, tick)
    }
    // Those without a value move on, too: all show the same time.
    if (isMoved && !this.view.fixed) this.redrawAll()
  }

  /** The stream was away: read what it would have told. */
  catchUp(): void {
    const { fixed } = this.view
    for (const feed of this.visible) {
      if (fixed) this.readFixed(feed, fixed, true)
      this.readLive(feed)
    }
  }

  /** The range shown is another one. */
  rangeChanged(): void {
    clearTimeout(this.settleTimer)
    const read = () => this.visible.forEach((feed) => this.read(feed))
    if (this.view.isGliding) this.settleTimer = setTimeout(read, settleDelay)
    else read()
    this.redrawAll()
  }

  redrawAll(): void {
    for (const feed of this.visible) this.redraw(feed)
  }

  private read(feed: Feed): void {
    if (this.view.fixed) this.readFixed(feed, this.view.fixed)
    feed.keep(this.view.span)
    this.readLive(feed)
  }

  private readLive(feed: Feed): void {
    const { newest } = feed
    const reference = this.view.newest ?? 0
    const isRecent = newest !== null && reference - newest < this.view.span
    const isComplete = isRecent && feed.loaded && !feed.error
    void this.ask(feed, isComplete ? newest : null)
  }

  private readFixed(feed: Feed, range: Range, again = false): void {
    if (feed.hasFixed(range) && !again) return
    const isWanted = () => feed.draw !== null && this.view.fixed === range
    const row = resolutionFor(range.to - range.from, feed.step)
    // A row more on each side, so that lines run to the edges.
    const { from, to } = alignedRange(range.from - row - 1, range.to + row, row)
    this.queue
      .run(() => this.client.data(feed.chart.id, from, to, (to - from) / row), isWanted)
      .then((table) => {
        if (!table) return
        feed.takeFixed(table, range)
        this.redraw(feed)
      })
      // The live values, which may reach as far back, stay on screen.
      .catch(() => undefined)
  }

  /** Reads what follows this time, or all that is shown for null. */
  private async ask(feed: Feed, after: number | null): Promise<void> {
    const isWanted = () => feed.draw !== null
    const row = feed.resolution
    try {
      const table = await this.queue.run(() => this.rows(feed, after), isWanted)
      if (!table || row !== feed.resolution) return
      feed.takeTable(table)
      const { newest } = feed
      if (feed.isRaw && newest !== null && this.view.advance(newest)) this.redrawAll()
      const gapAfter = feed.firstGap()
      if (gapAfter !== null) this.noteHole(feed, gapAfter, newest ?? gapAfter)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      feed.error = error.message
      setTimeout(() => isWanted() && this.readLive(feed), retryDelay)
    }
    this.redraw(feed)
  }

  private rows(feed: Feed, after: number | null): Promise<Table> {
    const { id } = feed.chart
    const { span } = this.view
    if (feed.isRaw) return this.client.data(id, after ?? -span)
    const row = feed.resolution
    const end = Math.max(this.view.newest ?? Date.now() / 1000, (after ?? 0) + 1)
    // The last row of before may have been short.
    const { from, to } = alignedRange(after === null ? end - span : after - row, end, row)
    return this.client.data(id, from, to, (to - from) / row)
  }

  private noteHole(feed: Feed, after: number, before: number): void {
    // Out of view it is read anew when it comes back.
    if (!feed.draw) {
      feed.loaded = false
      return
    }
    if (feed.hole) {
      // A chart that is all gaps must not be read at every tick.
      feed.hole.to = before
      return
    }
    feed.hole = { from: after, to: before, attempts: 0 }
    this.refill(feed)
  }

  private refill(feed: Feed): void {
    const { hole } = feed
    const delay = hole ? refillDelays[hole.attempts] : undefined
    if (!hole || delay === undefined || !feed.draw || !feed.hasHole(hole)) {
      // It is filled, or it was never collected and a gap is the truth.
      feed.hole = null
      return
    }
    hole.attempts += 1
    setTimeout(() => {
      const isOpen = feed.draw !== null && feed.hasHole(hole)
      const read = isOpen ? this.ask(feed, hole.from) : Promise.resolve()
      const { fixed } = this.view
      const isShown = fixed && fixed.from < hole.to && fixed.to > hole.from
      if (isOpen && isShown) this.readFixed(feed, fixed, true)
      void read.then(() => this.refill(feed))
    }, delay)
  }

  private redraw(feed: Feed): void {
    if (!feed.draw) return
    this.dirty.add(feed)
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0
      const feeds = [...this.dirty]
      this.dirty.clear()
      for (const one of feeds) one.draw?.()
    })
  }
}
