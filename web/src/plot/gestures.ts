import type uPlot from 'uplot'

export interface TimeGestures {
  /** A finger is at this place of the plot, in pixels. */
  pointAt(left: number, top: number): void
  zoomBy(factor: number, around: number): void
  pan(seconds: number): void
}

/** How much one notch of a wheel zooms. */
const zoomPerPixel = 1.0016

/**
 * What moves the time of all charts besides uPlot's own drag: the wheel with
 * Ctrl (or a pinch on a touchpad) zooms, with Shift or sideways it pans, and
 * so does a drag with Shift. A finger moves the cursor. A plain wheel scrolls
 * the page, as everywhere.
 */
export function watchGestures(plot: uPlot, gestures: TimeGestures): void {
  const { over } = plot
  const secondsPerPixel = () =>
    (plot.scales.x!.max! - plot.scales.x!.min!) / over.clientWidth

  over.addEventListener(
    'wheel',
    (event) => {
      const sideways = event.shiftKey
        ? event.deltaX || event.deltaY
        : Math.abs(event.deltaX) > Math.abs(event.deltaY)
          ? event.deltaX
          : 0
      if (event.ctrlKey || event.metaKey) {
        const around = plot.posToVal(event.offsetX, 'x')
        gestures.zoomBy(zoomPerPixel ** event.deltaY, around)
      } else if (sideways !== 0) {
        gestures.pan(sideways * secondsPerPixel())
      } else {
        return
      }
      event.preventDefault()
    },
    { passive: false },
  )

  let draggedAt: number | null = null
  over.addEventListener('pointerdown', (event) => {
    if (!event.shiftKey || event.button !== 0) return
    draggedAt = event.clientX
    over.setPointerCapture(event.pointerId)
  })
  over.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'touch') {
      const left = event.clientX - over.getBoundingClientRect().left
      gestures.pointAt(left, event.offsetY)
    }
    if (draggedAt === null) return
    const seconds = (draggedAt - event.clientX) * secondsPerPixel()
    // Less than a second stays for the next move.
    if (Math.abs(seconds) < 1) return
    draggedAt = event.clientX
    gestures.pan(seconds)
  })
  const end = () => (draggedAt = null)
  over.addEventListener('pointerup', end)
  over.addEventListener('pointercancel', end)
}
