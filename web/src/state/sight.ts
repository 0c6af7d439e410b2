type Listener = (isVisible: boolean) => void

const listeners = new WeakMap<Element, Listener>()

// A little more than what is seen, so that charts are there when scrolled to.
const observer = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      listeners.get(entry.target)?.(entry.isIntersecting)
    }
  },
  { rootMargin: '200px 0px' },
)

/** Tells when the element comes into view and when it leaves. */
export function watchSight(element: Element, listener: Listener): () => void {
  listeners.set(element, listener)
  observer.observe(element)
  return () => {
    observer.unobserve(element)
    listeners.delete(element)
  }
}
