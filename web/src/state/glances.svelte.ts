import { Client } from '../api/client'
import type { RequestQueue } from '../api/queue'
import type { Table } from '../api/types'
import { glanceOf, type Glance } from '../logic/glance'

/** Seconds that a row of the node list shows. */
export const glanceSpan = 60
/** A list is looked over; it need not move every second. */
const readEvery = 10_000

/**
 * A look at processors and memory of the hosts whose rows are in view. There is
 * no stream of several hosts, so each is asked now and then, one at a time.
 */
export class Glances {
  private readonly values = $state<Record<string, Glance>>({})
  private readonly inView = new Map<string, string>()
  private readonly readAt = new Map<string, number>()
  private isReading = false

  constructor(private readonly queue: RequestQueue) {
    setInterval(() => void this.readAll(), 1000)
  }

  of(guid: string): Glance | undefined {
    return this.values[guid]
  }

  show(guid: string): void {
    this.inView.set(guid, `/host/${guid}`)
    void this.readAll()
  }

  hide(guid: string): void {
    this.inView.delete(guid)
  }

  private async readAll(): Promise<void> {
    if (this.isReading || document.hidden) return
    this.isReading = true
    for (const [guid, prefix] of [...this.inView]) {
      const last = this.readAt.get(guid) ?? -readEvery
      if (performance.now() - last < readEvery) continue
      await this.read(guid, prefix)
      this.readAt.set(guid, performance.now())
    }
    this.isReading = false
  }

  private async read(guid: string, prefix: string): Promise<void> {
    const client = new Client(prefix)
    const isWanted = () => this.inView.has(guid)
    const ask = async (chart: string, span: number): Promise<Table | undefined> => {
      try {
        return await this.queue.run(() => client.data(chart, -span), isWanted)
      } catch {
        // The host may be without it; its row is complete without, too.
        return undefined
      }
    }
    const processors = await ask('system.cpu', glanceSpan)
    const memory = await ask('system.ram', 2)
    this.values[guid] = glanceOf(processors, memory)
  }
}
