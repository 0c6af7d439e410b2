export type ThemeName = 'light' | 'dark'

const storageKey = 'tributary-theme'
const systemIsDark = matchMedia('(prefers-color-scheme: dark)')

function isName(text: string | null): text is ThemeName {
  return text === 'light' || text === 'dark'
}

/** Storage may be forbidden; then a choice lasts as long as the page. */
function remembered(): ThemeName | null {
  try {
    const text = localStorage.getItem(storageKey)
    return isName(text) ? text : null
  } catch {
    return null
  }
}

function remember(choice: ThemeName | null): void {
  try {
    if (choice) localStorage.setItem(storageKey, choice)
    else localStorage.removeItem(storageKey)
  } catch {
    // See above.
  }
}

/** Light or dark: as the system, until somebody chooses the other. */
class Theme {
  private system = $state<ThemeName>(systemIsDark.matches ? 'dark' : 'light')
  private choice = $state<ThemeName | null>(remembered())
  private listeners = new Set<() => void>()

  get name(): ThemeName {
    return this.choice ?? this.system
  }

  constructor() {
    systemIsDark.addEventListener('change', () => {
      this.system = systemIsDark.matches ? 'dark' : 'light'
      this.apply()
    })
    this.apply()
  }

  /** The other one; what the system has is followed again. */
  toggle(): void {
    const next = this.name === 'dark' ? 'light' : 'dark'
    this.choice = next === this.system ? null : next
    remember(this.choice)
    this.apply()
  }

  /** As an address asks for, without being remembered. */
  show(name: ThemeName): void {
    this.choice = name
    this.apply()
  }

  /** Canvases do not follow the style sheet by themselves. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private apply(): void {
    document.documentElement.dataset.theme = this.name
    for (const listener of this.listeners) listener()
  }
}

export const theme = new Theme()
