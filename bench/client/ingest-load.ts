import { type BatchFile, BatchReader } from '../events/batch-file.ts'
import type { Server } from '../server.ts'
import { requestHead } from './http-connection.ts'
import { sendAll } from './http-load.ts'

export interface IngestOptions {
  readonly server: Server
  /** Batches of NDJSON, each one request. */
  readonly batches: BatchFile
  readonly events: number
  readonly connections: number
}

/** Sends every batch to `POST /v1/events`. Fails unless every event was accepted. */
export async function ingest(options: IngestOptions): Promise<{ readonly seconds: number }> {
  const { server, events, connections } = options
  const reader = await BatchReader.open(options.batches)
  let accepted = 0
  const { seconds } = await sendAll({
    url: server.url,
    connections,
    expected: 201,
    next: async () => {
      const body = await reader.take()
      if (body === undefined) return undefined
      const head = requestHead({
        method: 'POST',
        path: '/v1/events',
        token: server.token,
        contentType: 'application/x-ndjson',
        contentLength: body.length,
      })
      return { head, body }
    },
    onAnswer: ({ body }) => {
      const answer: { accepted?: unknown } = JSON.parse(body.toString())
      accepted += Number(answer.accepted)
    },
  })
  await reader.close()
  if (accepted !== events) throw new Error(`${accepted} of ${events} events were accepted`)
  return { seconds }
}
