import type { HostStatus, Tick } from './types'

/** What the page needs of an EventSource; tests give their own. */
export interface Source {
  addEventListener(type: string, listener: (event: MessageEvent) => void): void
  close(): void
}

export interface LiveEvents {
  /** Values flow from now on; what came before has to be read. */
  opened(): void
  lost(): void
  tick(tick: Tick): void
  nodes(nodes: HostStatus[]): void
  charts(): void
}

/** `nodes` comes every second, so this much silence is a dead connection. */
const silenceLimit = 10_000
const firstRetry = 1_000
const longestRetry = 8_000

/**
 * Holds one stream of live events open. EventSource's own retry does not
 * notice a peer that went silent and gives up on an error status, so this
 * class closes and opens by itself.
 */
export class LiveConnection {
  private current: Source | null = null
  private next: Source | null = null
  private retryDelay = firstRetry
  private retryTimer: ReturnType<typeof setTimeout> | undefined
  private silenceTimer: ReturnType<typeof setTimeout> | undefined
  private address: string | null = null

  constructor(
    private readonly events: LiveEvents,
    private readonly create: (address: string) => Source = (address) =>
      new EventSource(address),
  ) {}

  /** Opens the address, or moves to it without missing a tick in between. */
  open(address: string): void {
    if (address === this.address) return
    this.address = address
    this.retryDelay = firstRetry
    this.connect()
  }

  close(): void {
    clearTimeout(this.retryTimer)
    clearTimeout(this.silenceTimer)
    this.current?.close()
    this.next?.close()
    this.current = this.next = null
    this.address = null
  }

  private connect(): void {
    if (this.address === null) return
    clearTimeout(this.retryTimer)
    this.next?.close()
    const source = this.create(this.address)
    this.next = source
    this.listen(source)
    this.watchSilence()
  }

  private listen(source: Source): void {
    const isOurs = () => source === this.current || source === this.next
    source.addEventListener('open', () => {
      if (source !== this.next) return
      // The old stream ends only now: both together leave no hole.
      this.current?.close()
      this.current = source
      this.next = null
      this.retryDelay = firstRetry
      this.watchSilence()
      this.events.opened()
    })
    source.addEventListener('error', () => isOurs() && this.fail())
    const on = (type: string, deliver: (data: string) => void) =>
      source.addEventListener(type, (event) => {
        if (!isOurs()) return
        this.watchSilence()
        deliver(String(event.data))
      })
    on('tick', (data) => this.events.tick(JSON.parse(data) as Tick))
    on('nodes', (data) => this.events.nodes(JSON.parse(data) as HostStatus[]))
    on('charts', () => this.events.charts())
  }

  private watchSilence(): void {
    clearTimeout(this.silenceTimer)
    this.silenceTimer = setTimeout(() => this.fail(), silenceLimit)
  }

  private fail(): void {
    clearTimeout(this.silenceTimer)
    this.current?.close()
    this.next?.close()
    this.current = this.next = null
    this.events.lost()
    clearTimeout(this.retryTimer)
    this.retryTimer = setTimeout(() => this.connect(), this.retryDelay)
    this.retryDelay = Math.min(this.retryDelay * 2, longestRetry)
  }
}
