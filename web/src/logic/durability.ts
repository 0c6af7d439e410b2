import type { Durability } from '../api/types'

/** Where a node keeps what it has, in a word and in a sentence. */
export interface Keeping {
  short: string
  long: string
}

const keepings: Record<Durability, Keeping> = {
  disk: {
    short: 'kept on disk',
    long: 'This node writes everything to its disk. It is still there after a restart or a crash.',
  },
  ram: {
    short: 'kept in memory only',
    long: 'This node keeps everything in memory and writes nothing to a disk. It is gone when the node ends.',
  },
  upstream: {
    short: 'kept by its parents',
    long: 'This node keeps a few minutes only and passes everything on to its parents. What counts is what they keep.',
  },
}

/** Null where the node does not say, or says what this page does not know. */
export function keepingOf(durability: string | undefined): Keeping | null {
  return keepings[durability as Durability] ?? null
}
