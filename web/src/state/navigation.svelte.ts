import { type Address, addressText, parseAddress, timeQuery } from '../logic/address'
import { theme } from './theme.svelte'
import type { View } from './view.svelte'

/** Browsers refuse to have their address written too often. */
const writeDelay = 150

/**
 * Keeps the address of the page and what it shows together, so that a copied
 * address, a reload and the browser's buttons lead to the same.
 */
export class Navigation {
  search = $state('')
  folded = $state.raw<ReadonlySet<string>>(new Set())
  private writeTimer: ReturnType<typeof setTimeout> | undefined
  private readonly askedTheme = parseAddress(location.search).theme
  private lastWasGliding = false

  constructor(private readonly view: View) {
    if (this.askedTheme) theme.show(this.askedTheme)
    this.read()
    addEventListener('popstate', () => this.read())
  }

  get address(): Address {
    return {
      span: this.view.span,
      fixed: this.view.fixed,
      search: this.search.trim(),
      folded: [...this.folded],
      theme: this.askedTheme,
    }
  }

  get timeQuery(): string {
    return timeQuery(this.address)
  }

  fold(section: string): void {
    const next = new Set(this.folded)
    if (!next.delete(section)) next.add(section)
    this.folded = next
  }

  /** What is shown has changed: the address follows. */
  write(): void {
    clearTimeout(this.writeTimer)
    const text = addressText(this.address)
    if (text === location.search) return
    const isSameTime =
      timeQuery(parseAddress(location.search)) === timeQuery(this.address)
    if (isSameTime || this.view.isGliding) {
      this.writeTimer = setTimeout(() => this.put(text, isSameTime), writeDelay)
    } else {
      this.lastWasGliding = false
      history.pushState(null, '', location.pathname + text + location.hash)
    }
  }

  /** A movement is one step back, however many changes it had. */
  private put(text: string, isSameTime: boolean): void {
    const address = location.pathname + text + location.hash
    const isNew = !isSameTime && !this.lastWasGliding
    if (!isSameTime) this.lastWasGliding = true
    if (isNew) history.pushState(null, '', address)
    else history.replaceState(null, '', address)
  }

  private read(): void {
    clearTimeout(this.writeTimer)
    const address = parseAddress(location.search)
    const { fixed } = this.view
    const isSame =
      fixed?.from === address.fixed?.from && fixed?.to === address.fixed?.to
    this.view.isGliding = this.lastWasGliding = false
    this.view.span = address.span
    if (!isSame) this.view.fixed = address.fixed
    this.search = address.search
    this.folded = new Set(address.folded)
  }
}
