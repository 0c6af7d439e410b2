type Listener = (isVisible: boolean) => void

/** What is passed by faster than this is not worth being read and drawn. */
const stayMilliseconds = 80

interface Watched {
  listener: Listener
  entering: ReturnType<typeof setTimeout> | undefined
}

const watched = new WeakMap<Element, Watched>()

// A little more than what is seen, so that charts are there when scrolled to.
const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const one = watched.get(target)
      if (!one) continue
      clearTimeout(one.entering)
      if (isIntersecting) {
        one.entering = setTimeout(() => one.listener(true), stayMilliseconds)
      } else {
        one.listener(false)
      }
    }
  },
  { rootMargin: '200px 0px' },
)

/** Tells when the element has come into view to stay, and when it leaves. */
export function watchSight(element: Element, listener: Listener): () => void {
  const one: Watched = { listener, entering: undefined }
  watched.set(element, one)
  observer.observe(element)
  return () => {
    clearTimeout(one.entering)
    observer.unobserve(element)
    watched.delete(element)
  }
}
