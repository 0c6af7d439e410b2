import { ApiError, Client } from '../api/client'
import { LiveConnection } from '../api/live'
import { RequestQueue } from '../api/queue'
import type { Chart, HostStatus, Info } from '../api/types'
import { routeOf, sortHosts } from '../logic/nodes'
import { introducing, matchesSearch, sectionsOf } from '../logic/sections'
import { Feeds } from './feeds'
import { Glances } from './glances.svelte'
import { Navigation } from './navigation.svelte'
import { View } from './view.svelte'

export type Phase = 'loading' | 'ready' | 'unknown'

/** More reads at once would only make the first charts of the page wait. */
const concurrentReads = 4
/** Seconds that the tiles at the head of the page show. */
export const tileSpan = 120
/** Scrolling passes by many charts; only where it ends matters. */
const subscribeDelay = 250
const retryDelay = 2_000
const emptyRetryDelay = 3_000
/** There is no stream of events for a host that is not there. */
const unknownRetryDelay = 5_000
/** A short interruption is over before anybody has read a banner. */
const bannerDelay = 1_500
/** A tab that nobody looks at leaves its connection to others. */
const hiddenDelay = 60_000

/** All that the page knows of the host that its address names. */
export class Session {
  phase = $state<Phase>('loading')
  info = $state.raw<Info | null>(null)
  charts = $state.raw<Chart[] | null>(null)
  hosts = $state.raw<HostStatus[]>([])
  /** When the ages in `hosts` were told, on the monotonic clock. */
  toldAt = $state(0)
  /** Why there is no connection; null while there is one. */
  trouble = $state<string | null>(null)

  readonly route = routeOf(location.pathname)
  readonly view = new View()
  readonly tileView = new View(tileSpan)
  readonly navigation = new Navigation(this.view)
  private readonly queue = new RequestQueue(concurrentReads)
  readonly glances = new Glances(this.queue)
  readonly feeds: Feeds
  readonly tileFeeds: Feeds
  private readonly found = $derived(
    (this.charts ?? []).filter((chart) =>
      matchesSearch(chart, this.navigation.search),
    ),
  )
  /** Of the charts that the search finds. */
  readonly sections = $derived(sectionsOf(this.found))
  readonly introducing = $derived(introducing(this.sections))
  readonly sortedHosts = $derived(
    sortHosts(this.hosts, this.info?.node_uid ?? ''),
  )
  readonly host = $derived(
    this.hosts.find((host) => host.guid === this.info?.uid) ?? null,
  )

  private readonly client = new Client(this.route.prefix)
  private readonly live: LiveConnection
  private subscribeTimer: ReturnType<typeof setTimeout> | undefined
  private chartsTimer: ReturnType<typeof setTimeout> | undefined
  private bannerTimer: ReturnType<typeof setTimeout> | undefined
  private hiddenTimer: ReturnType<typeof setTimeout> | undefined
  private isBehind = false

  constructor() {
    const changed = () => this.subscribeSoon()
    this.feeds = new Feeds(this.client, this.queue, this.view, changed)
    this.tileFeeds = new Feeds(this.client, this.queue, this.tileView, changed)
    this.live = new LiveConnection({
      opened: () => this.opened(),
      lost: () => this.lost(),
      tick: (tick) => {
        this.tileFeeds.take(tick)
        this.feeds.take(tick)
      },
      nodes: (hosts) => this.takeHosts(hosts),
      charts: () => this.readChartsSoon(0),
    })
    document.addEventListener('visibilitychange', () => this.lookedAt())
  }

  async start(): Promise<void> {
    try {
      this.info = await this.client.info()
      this.takeHosts(this.info.mirrored_hosts_status)
      const newest = this.host?.newest_sample
      if (newest) this.view.advance(newest)
      await this.readCharts()
      this.phase = 'ready'
      this.trouble = null
      this.subscribeSoon()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.status === 404 && this.route.name !== null) {
        await this.becomeUnknown()
        return
      }
      const isStarting = error.status === 503
      this.trouble = isStarting ? 'The node is starting or stopping.' : error.message
      setTimeout(() => void this.start(), retryDelay)
    }
  }

  /** No such host here: offer those that are, and look for it again. */
  private async becomeUnknown(): Promise<void> {
    this.phase = 'unknown'
    this.trouble = null
    const node = new Client('')
    try {
      this.info = await node.info()
      this.takeHosts(this.info.mirrored_hosts_status)
      const isHere = this.hosts.some(({ hostname, guid }) =>
        [hostname, guid].includes(this.route.name ?? ''),
      )
      if (isHere) {
        this.phase = 'loading'
        void this.start()
        return
      }
    } catch {
      // The list is a courtesy; the page says what matters without it.
    }
    setTimeout(() => void this.becomeUnknown(), unknownRetryDelay)
  }

  private takeHosts(hosts: HostStatus[]): void {
    this.hosts = hosts
    this.toldAt = performance.now()
  }

  private async readCharts(): Promise<void> {
    const list = await this.client.charts()
    this.charts = Object.values(list.charts)
    // Another list may come without an event while there is nothing yet.
    if (this.charts.length === 0) this.readChartsSoon(emptyRetryDelay)
  }

  /** A host that starts tells of many changes at once. */
  private readChartsSoon(delay: number): void {
    clearTimeout(this.chartsTimer)
    this.chartsTimer = setTimeout(
      () =>
        this.readCharts().catch((error) => {
          if (!(error instanceof ApiError)) throw error
          this.readChartsSoon(retryDelay)
        }),
      Math.max(delay, subscribeDelay),
    )
  }

  private subscribeSoon(): void {
    clearTimeout(this.subscribeTimer)
    this.subscribeTimer = setTimeout(() => {
      if (document.hidden && this.hiddenTimer === undefined) return
      const visible = [...this.feeds.visible, ...this.tileFeeds.visible]
      const ids = [...new Set(visible.map((feed) => feed.chart.id))].sort()
      const isEmpty = this.charts?.length === 0
      // Without a chart in view the stream of before does as well.
      if (ids.length > 0 || isEmpty) this.live.open(this.client.liveAddress(ids))
    }, subscribeDelay)
  }

  private opened(): void {
    clearTimeout(this.bannerTimer)
    this.bannerTimer = undefined
    this.trouble = null
    if (!this.isBehind) return
    this.isBehind = false
    this.feeds.catchUp()
    this.tileFeeds.catchUp()
    this.readChartsSoon(0)
  }

  private lost(): void {
    this.isBehind = true
    this.bannerTimer ??= setTimeout(() => {
      this.trouble = 'The connection is lost.'
    }, bannerDelay)
  }

  private lookedAt(): void {
    clearTimeout(this.hiddenTimer)
    this.hiddenTimer = undefined
    if (document.hidden) {
      this.hiddenTimer = setTimeout(() => {
        this.hiddenTimer = undefined
        this.isBehind = true
        this.live.close()
      }, hiddenDelay)
    } else if (this.phase === 'ready') {
      this.subscribeSoon()
      this.feeds.redrawAll()
    }
  }
}
