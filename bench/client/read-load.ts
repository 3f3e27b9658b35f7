import { sendAll } from './http-load.ts'
import { type Percentiles, percentiles } from './percentiles.ts'
import { type Asked, getHead } from './sequential.ts'

/** Connections that read at the same time. */
export const READERS = 16

/** What readers were answered. */
export interface ReadResult {
  readonly pagesPerSecond: number
  readonly times: Percentiles
}

/** Pages asked for by `READERS` connections, each its next one when it is answered. */
export async function readPages(
  asked: Asked,
  options: {
    /** Path and query of request number `index`. */
    readonly path: (index: number) => string
    /** Whether another request is sent. */
    readonly goesOn: () => boolean
  },
): Promise<ReadResult> {
  const { path, goesOn } = options
  let sent = 0
  const { seconds, latenciesMs } = await sendAll({
    url: asked.url,
    connections: READERS,
    expected: 200,
    next: () => {
      if (!goesOn()) return undefined
      sent += 1
      return { head: getHead(asked, path(sent - 1)) }
    },
  })
  return { pagesPerSecond: latenciesMs.length / seconds, times: percentiles(latenciesMs) }
}

/** Whether so much time has not gone by since the call. */
export function forMs(ms: number): () => boolean {
  const deadlineMs = performance.now() + ms
  return () => performance.now() < deadlineMs
}
