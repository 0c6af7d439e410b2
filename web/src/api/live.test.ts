import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LiveConnection, type Source } from './live'

class FakeSource implements Source {
  isClosed = false
  private readonly listeners = new Map<string, (event: MessageEvent) => void>()

  constructor(readonly address: string) {}

  addEventListener(type: string, listener: (event: MessageEvent) => void): void {
    this.listeners.set(type, listener)
  }

  close(): void {
    this.isClosed = true
  }

  emit(type: string, data: unknown = null): void {
    this.listeners.get(type)?.({ data: JSON.stringify(data) } as MessageEvent)
  }
}

function open() {
  const sources: FakeSource[] = []
  const events = {
    opened: vi.fn(),
    lost: vi.fn(),
    tick: vi.fn(),
    nodes: vi.fn(),
    charts: vi.fn(),
  }
  const live = new LiveConnection(events, (address) => {
    const source = new FakeSource(address)
    sources.push(source)
    return source
  })
  live.open('/live')
  return { live, events, sources }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a live connection', () => {
  it('hands events on', () => {
    const { events, sources } = open()
    sources[0]!.emit('open')
    sources[0]!.emit('tick', { tick: 7, charts: {} })
    sources[0]!.emit('nodes', [])
    sources[0]!.emit('charts', {})
    expect(events.opened).toHaveBeenCalledOnce()
    expect(events.tick).toHaveBeenCalledWith({ tick: 7, charts: {} })
    expect(events.nodes).toHaveBeenCalledWith([])
    expect(events.charts).toHaveBeenCalledOnce()
  })

  it('keeps the old stream until the new one is open', () => {
    const { live, events, sources } = open()
    sources[0]!.emit('open')
    live.open('/live?charts=a')
    expect(sources[0]!.isClosed).toBe(false)
    sources[0]!.emit('tick', { tick: 8, charts: {} })
    expect(events.tick).toHaveBeenCalledOnce()
    sources[1]!.emit('open')
    expect(sources[0]!.isClosed).toBe(true)
    expect(events.lost).not.toHaveBeenCalled()
  })

  it('does nothing when the address stays', () => {
    const { live, sources } = open()
    live.open('/live')
    expect(sources).toHaveLength(1)
  })

  it('tries again, later each time', () => {
    const { events, sources } = open()
    sources[0]!.emit('error')
    expect(events.lost).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(999)
    expect(sources).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(sources).toHaveLength(2)
    sources[1]!.emit('error')
    vi.advanceTimersByTime(1999)
    expect(sources).toHaveLength(2)
    vi.advanceTimersByTime(1)
    expect(sources).toHaveLength(3)
    sources[2]!.emit('open')
    expect(events.opened).toHaveBeenCalledOnce()
  })

  it('takes silence for a loss', () => {
    const { events, sources } = open()
    sources[0]!.emit('open')
    vi.advanceTimersByTime(9_000)
    sources[0]!.emit('nodes', [])
    vi.advanceTimersByTime(9_000)
    expect(events.lost).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1_000)
    expect(events.lost).toHaveBeenCalledOnce()
    expect(sources[0]!.isClosed).toBe(true)
  })

  it('stays closed', () => {
    const { live, events, sources } = open()
    live.close()
    sources[0]!.emit('tick', { tick: 9, charts: {} })
    vi.advanceTimersByTime(60_000)
    expect(events.tick).not.toHaveBeenCalled()
    expect(sources).toHaveLength(1)
  })
})
