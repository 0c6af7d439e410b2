import type { Session } from './session.svelte'
import { theme } from './theme.svelte'

/** Where letters are text, or a key has a meaning of its own. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select') !== null
}

function isPressable(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a, summary') !== null
}

/** The next or previous head of a section, from where the page is. */
function goToSection(step: 1 | -1): void {
  const heads = [...document.querySelectorAll<HTMLElement>('h2[data-spy]')]
  const margin = 100
  const tops = heads.map((head) => head.getBoundingClientRect().top)
  const at =
    step > 0
      ? tops.findIndex((top) => top > margin)
      : tops.findLastIndex((top) => top < margin / 4)
  if (at >= 0) heads[at]?.scrollIntoView()
  else if (step < 0) scrollTo({ top: 0 })
}

function findCharts(): void {
  // On narrow screens the field is in the menu.
  const fields = document.querySelectorAll<HTMLInputElement>('[data-search]')
  const field = [...fields].find((one) => one.checkVisibility?.() ?? true)
  field?.focus()
  field?.select()
}

/** What keys do on the page as a whole. */
export function shortcutsOf(
  session: Session,
  toggleHelp: () => void,
): (event: KeyboardEvent) => void {
  const { view } = session
  const length = () => view.range.to - view.range.from
  const always: Record<string, () => void> = {
    '?': toggleHelp,
    t: () => theme.toggle(),
  }
  const onCharts: Record<string, () => void> = {
    '/': findCharts,
    ' ': () => view.toggle(),
    ArrowLeft: () => view.pan(-length() / 4),
    ArrowRight: () => view.pan(length() / 4),
    '+': () => view.zoomBy(0.5),
    '=': () => view.zoomBy(0.5),
    '-': () => view.zoomBy(2),
    Escape: () => view.follow(),
    j: () => goToSection(1),
    k: () => goToSection(-1),
  }
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (isTyping(event.target)) return
    if (event.key === ' ' && isPressable(event.target)) return
    const isReady = session.phase === 'ready'
    const action = always[event.key] ?? (isReady ? onCharts[event.key] : undefined)
    if (!action) return
    event.preventDefault()
    action()
  }
}
