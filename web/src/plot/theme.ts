import { theme } from '../state/theme.svelte'

/** Colors of what the canvas holds besides the series. */
export interface CanvasColors {
  text: string
  grid: string
  /** Of the stripes where nothing was collected. */
  gap: string
}

let colors = read()
theme.onChange(() => (colors = read()))

function read(): CanvasColors {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(name).trim()
  return { text: token('--text-quiet'), grid: token('--grid'), gap: token('--gap') }
}

/** The colors of the style sheet, read once and not at every draw. */
export function canvasColors(): CanvasColors {
  return colors
}
