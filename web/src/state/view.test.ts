import { describe, expect, it } from 'vitest'
import { View } from './view.svelte'

function viewAt(newest: number): View {
  const view = new View(300)
  view.advance(newest)
  return view
}

describe('a view', () => {
  it('follows the newest sample until it is paused', () => {
    const view = viewAt(1000)
    expect(view.range).toEqual({ from: 700, to: 1000 })
    view.pause()
    view.advance(1010)
    expect(view.range).toEqual({ from: 700, to: 1000 })
    view.toggle()
    expect(view.range).toEqual({ from: 710, to: 1010 })
  })

  it('moves in whole rows when rows are long', () => {
    const view = viewAt(1000)
    view.follow(3600)
    expect(view.range.to).toBe(1000)
    expect(view.advance(1001)).toBe(true)
    expect(view.range.to).toBe(1005)
    expect(view.advance(1002)).toBe(false)
  })

  it('takes a range in any order, and never a very short one', () => {
    const view = viewAt(1000)
    view.show(900.7, 880.2)
    expect(view.range).toEqual({ from: 880, to: 901 })
    view.show(900, 900)
    expect(view.range.to - view.range.from).toBe(4)
  })

  it('zooms so that one moment stays where it is', () => {
    const view = viewAt(1000)
    view.zoomBy(0.5, 1000)
    expect(view.range).toEqual({ from: 850, to: 1000 })
    expect(view.isGliding).toBe(true)
    view.zoomBy(1e9)
    expect(view.range.to - view.range.from).toBeLessThanOrEqual(30 * 86_400)
  })

  it('pans, but not into the future', () => {
    const view = viewAt(1000)
    view.pan(50)
    expect(view.fixed).toBeNull()
    view.pan(-100)
    expect(view.range).toEqual({ from: 600, to: 900 })
    view.pan(500)
    expect(view.range).toEqual({ from: 700, to: 1000 })
  })
})
