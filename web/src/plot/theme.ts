/** Colors of what the canvas holds besides the series. */
export interface Theme {
  text: string
  grid: string
}

const dark = matchMedia('(prefers-color-scheme: dark)')
let theme = read()

function read(): Theme {
  const style = getComputedStyle(document.documentElement)
  return {
    text: style.getPropertyValue('--text-quiet').trim(),
    grid: style.getPropertyValue('--grid').trim(),
  }
}

/** The colors of the style sheet, read once and not at every draw. */
export function currentTheme(): Theme {
  return theme
}

/** Canvases do not follow the style sheet by themselves. */
export function onThemeChange(redraw: () => void): () => void {
  const listener = () => {
    theme = read()
    redraw()
  }
  dark.addEventListener('change', listener)
  return () => dark.removeEventListener('change', listener)
}
