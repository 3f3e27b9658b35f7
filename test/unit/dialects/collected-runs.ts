import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '../../../src/core/event/event.ts'
import type { NewEvent } from '../../../src/core/event/new-event.ts'
import type { Collector } from '../../../src/dialects/collecting/collector.ts'

/** Servers on 127.0.0.1 that are closed together. */
export class LocalServers {
  readonly #servers: Server[] = []

  async start(listener: RequestListener): Promise<string> {
    const server = createServer(listener)
    this.#servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  close(): void {
    for (const server of this.#servers.splice(0)) {
      server.closeAllConnections()
      server.close()
    }
  }
}

/** What a run of a collector left behind. */
export interface CollectedRun {
  /** By their ids: what is stored twice is there once. */
  readonly events: readonly NewEvent[]
  readonly gaps: readonly NewEvent[]
  readonly troubles: readonly string[]
  readonly position: JsonObject | undefined
  /** What the run was rejected with. */
  readonly error: unknown
}

/** Runs a collector once, from a position, into a ledger in memory. */
export async function runOf(collector: Collector, from?: JsonObject): Promise<CollectedRun> {
  const stored = new Map<string, NewEvent>()
  const troubles: string[] = []
  let position = from
  let error: unknown
  try {
    await collector.collect({
      signal: new AbortController().signal,
      report: () => undefined,
      trouble: (message) => troubles.push(message),
      sink: {
        async append(events) {
          const before = stored.size
          for (const event of events) stored.set(event.source?.eventId ?? '', event)
          const accepted = stored.size - before
          return { accepted, duplicates: events.length - accepted }
        },
        position: async () => position,
        async savePosition(next) {
          position = next
        },
      },
    })
  } catch (reason) {
    error = reason
  }
  const all = [...stored.values()]
  const isGap = ({ action }: NewEvent) => action === 'collector.gap'
  return {
    events: all.filter((event) => !isGap(event)),
    gaps: all.filter(isGap),
    ...{ troubles, position, error },
  }
}
