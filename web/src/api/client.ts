import type { ChartList, Info, Table } from './types'

/** An answer that is not the wanted one; status 0 means no answer at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

/** How long to wait for an answer; the server gives up at 30 s, too. */
const answerTimeout = 30_000

async function errorOf(response: Response): Promise<ApiError> {
  const fallback = `The node answered with status ${response.status}.`
  try {
    const body = (await response.json()) as { message?: string }
    return new ApiError(response.status, body.message ?? fallback)
  } catch {
    return new ApiError(response.status, fallback)
  }
}

/** Reads the interface of one host; an empty prefix is the node's own. */
export class Client {
  constructor(readonly prefix: string) {}

  info(): Promise<Info> {
    return this.read<Info>('/api/v1/info')
  }

  charts(): Promise<ChartList> {
    return this.read<ChartList>('/api/v1/charts')
  }

  /**
   * Rows of one chart; `after` is exclusive, `before` 0 is the newest, and
   * `points` 0 is a row for each step.
   */
  data(chart: string, after: number, before = 0, points = 0): Promise<Table> {
    const query = new URLSearchParams({
      chart,
      after: String(after),
      before: String(before),
      points: String(points),
    })
    return this.read<Table>(`/api/v1/data?${query}`)
  }

  /** Address of the rows of a time as CSV. */
  csvAddress(chart: string, after: number, before: number): string {
    const query = new URLSearchParams({
      chart,
      after: String(after),
      before: String(before),
      format: 'csv',
    })
    return `${this.prefix}/api/v1/data?${query}`
  }

  /** Address of the live values of these charts, or of all charts. */
  liveAddress(charts: readonly string[]): string {
    const path = `${this.prefix}/api/v1/live`
    const list = charts.map(encodeURIComponent).join(',')
    // The server takes at most 1,000 charts and 16 KiB of request head.
    const fits = charts.length > 0 && charts.length <= 1000 && list.length < 8000
    return fits ? `${path}?charts=${list}` : path
  }

  private async read<T>(path: string): Promise<T> {
    let response: Response
    try {
      response = await fetch(this.prefix + path, {
        signal: AbortSignal.timeout(answerTimeout),
        headers: { accept: 'application/json' },
      })
    } catch {
      throw new ApiError(0, 'The node does not answer.')
    }
    if (!response.ok) throw await errorOf(response)
    try {
      return (await response.json()) as T
    } catch {
      throw new ApiError(0, 'The answer broke off or is not JSON.')
    }
  }
}
