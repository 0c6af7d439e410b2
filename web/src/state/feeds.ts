import { ApiError, type Client } from '../api/client'
import { RequestQueue } from '../api/queue'
import type { Chart, Tick } from '../api/types'
import { Feed, shapeOf } from './feed'
import { liveSpan, type View } from './view.svelte'

/** More at once would only make the first charts of the page wait. */
const concurrentReads = 4
const retryDelay = 5_000

/**
 * When a gap is read again. After an outage a child streams live values at
 * once and hands in what it missed later, so one read is not enough.
 */
const refillDelays = [0, 2_000, 5_000, 15_000, 45_000]

/** The values of all charts that are, or were, in view. */
export class Feeds {
  private readonly feeds = new Map<string, Feed>()
  private readonly queue = new RequestQueue(concurrentReads)
  private readonly dirty = new Set<Feed>()
  private frame = 0

  constructor(
    private readonly client: Client,
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
    const feed = known?.shape === shapeOf(chart) ? known : new Feed(chart)
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
    this.view.advance(tick)
    for (const [id, row] of Object.entries(charts)) {
      const feed = this.feeds.get(id)
      if (!feed?.loaded) continue
      const gapAfter = feed.take(tick, row)
      if (gapAfter !== null) this.noteHole(feed, gapAfter, tick)
    }
    // Those without a value move on, too: all show the same time.
    if (!this.view.zoom) this.redrawAll()
  }

  /** The stream was away: read what it would have told. */
  catchUp(): void {
    for (const feed of this.visible) this.readLive(feed)
  }

  /** The range shown is another one. */
  rangeChanged(): void {
    for (const feed of this.visible) this.read(feed)
    this.redrawAll()
  }

  redrawAll(): void {
    for (const feed of this.visible) this.redraw(feed)
  }

  private read(feed: Feed): void {
    if (this.view.zoom) this.readZoomed(feed)
    this.readLive(feed)
  }

  private readLive(feed: Feed): void {
    const { newest } = feed
    const reference = this.view.newest ?? 0
    const isRecent = newest !== null && reference - newest < liveSpan
    const isComplete = isRecent && feed.loaded && !feed.error
    void this.ask(feed, isComplete ? newest : -liveSpan)
  }

  private readZoomed(feed: Feed): void {
    const range = this.view.zoom
    if (!range || feed.hasZoomed(range)) return
    const isWanted = () => feed.draw !== null && this.view.zoom === range
    // A slot more on each side, so that lines run to the edges.
    const from = range.from - feed.step - 1
    const to = range.to + feed.step
    this.queue
      .run(() => this.client.data(feed.chart.id, from, to), isWanted)
      .then((table) => {
        if (!table) return
        feed.takeZoomed(table, range)
        this.redraw(feed)
      })
      // The live values, which reach as far back, stay on screen.
      .catch(() => undefined)
  }

  private async ask(feed: Feed, after: number): Promise<void> {
    const isWanted = () => feed.draw !== null
    try {
      const table = await this.queue.run(
        () => this.client.data(feed.chart.id, after),
        isWanted,
      )
      if (!table) return
      feed.takeTable(table)
      const { newest } = feed
      if (newest !== null && this.view.advance(newest)) this.redrawAll()
      const gapAfter = feed.firstGap()
      if (gapAfter !== null) this.noteHole(feed, gapAfter, newest ?? gapAfter)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      feed.error = error.message
      setTimeout(() => isWanted() && this.readLive(feed), retryDelay)
    }
    this.redraw(feed)
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
