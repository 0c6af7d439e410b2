/** The monotonic clock in milliseconds, told every second. */
class Now {
  milliseconds = $state(performance.now())

  constructor() {
    setInterval(() => (this.milliseconds = performance.now()), 1000)
  }
}

export const now = new Now()
