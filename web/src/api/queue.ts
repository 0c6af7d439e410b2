/**
 * Runs tasks in order, a bounded number at a time: a page of 100 charts must
 * not ask the node 100 things at once.
 */
export class RequestQueue {
  private running = 0
  private readonly waiting: (() => void)[] = []

  constructor(private readonly limit: number) {}

  /** `wanted` is asked when the turn comes: what left the view is skipped. */
  run<T>(
    task: () => Promise<T>,
    wanted: () => boolean = () => true,
  ): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push(() => {
        if (!wanted()) {
          resolve(undefined)
          this.next()
          return
        }
        this.running += 1
        void task()
          .then(resolve, reject)
          .finally(() => {
            this.running -= 1
            this.next()
          })
      })
      this.next()
    })
  }

  private next(): void {
    if (this.running < this.limit) this.waiting.shift()?.()
  }
}
