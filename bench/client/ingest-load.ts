import type { BatchSource } from '../events/batch-file.ts'
import type { Server } from '../server.ts'
import { requestHead } from './http-connection.ts'
import { type LoadResult, type PreparedRequest, sendAll } from './http-load.ts'

/** Where batches of NDJSON are posted. */
export interface IngestTarget {
  readonly url: string
  /** Path and query. */
  readonly path: string
  readonly token?: string
  /** The status of every answer. */
  readonly status: number
  /** Events that an answer says were stored; absent where answers do not say. */
  readonly accepted?: (body: Buffer) => number
}

/** A load of batches, each one request. */
export interface IngestLoad {
  /** Closed at the end. */
  readonly batches: BatchSource
  readonly events: number
  readonly connections: number
}

/** Waybill's own intake. */
export function waybillIntake({ url, token }: Pick<Server, 'url' | 'token'>): IngestTarget {
  return {
    url,
    path: '/v1/events',
    token,
    status: 201,
    accepted: (body) => {
      const answer: { accepted?: unknown } = JSON.parse(body.toString())
      return Number(answer.accepted)
    },
  }
}

/** A request that sends a body of events. */
export function intakeRequest(
  { path, token }: IngestTarget,
  body: Buffer,
  contentType: 'application/json' | 'application/x-ndjson',
): PreparedRequest {
  const head = requestHead({
    method: 'POST',
    path,
    ...(token === undefined ? {} : { token }),
    contentType,
    contentLength: body.length,
  })
  return { head, body }
}

/**
 * Sends every batch, those that are refused for overload until they are not. Fails unless every
 * event was accepted, where answers say how many were.
 */
export async function ingest(
  target: IngestTarget,
  { batches, events, connections }: IngestLoad,
): Promise<Pick<LoadResult, 'seconds' | 'refused'>> {
  const { url, status, accepted: acceptedOf } = target
  let accepted = 0
  try {
    const { seconds, refused } = await sendAll({
      url,
      connections,
      expected: status,
      repeatsRefused: true,
      next: async () => {
        const body = await batches.take()
        if (body === undefined) return undefined
        return intakeRequest(target, body, 'application/x-ndjson')
      },
      onAnswer: ({ body }) => {
        accepted += acceptedOf?.(body) ?? 0
      },
    })
    if (acceptedOf !== undefined && accepted !== events) {
      throw new Error(`${accepted} of ${events} events were accepted`)
    }
    return { seconds, refused }
  } finally {
    await batches.close()
  }
}
