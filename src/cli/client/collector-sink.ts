import { readReportedEvent } from '../../core/boundary/parse-reported-event.ts'
import type { JsonObject } from '../../core/event/event.ts'
import type { NewEvent, Reception } from '../../core/event/new-event.ts'
import { isMembers } from '../../core/json/json.ts'
import { readOrRefused } from '../../intake/dead-letter.ts'
import type { CollectorSink } from '../../intake/sink.ts'
import { BODY_BYTES_MAX, batchAnswer } from './event-sender.ts'
import { type Ask, jsonOf, ServerError } from './server-client.ts'

/** Where events and positions are sent. */
export interface ServerSinkOptions {
  /** Retries by itself; see retrying.ts. */
  readonly ask: Ask
  readonly kind: string
  readonly name: string
  /** Tenant of the events; undefined for that of the token. */
  readonly tenant: string | undefined
  readonly signal: AbortSignal
}

/** A sink that writes to the ledger of a server. Its methods reject as `ask` does. */
export function serverSink(options: ServerSinkOptions): CollectorSink {
  const { ask, tenant, signal } = options
  const collector = [options.kind, options.name].map(encodeURIComponent)
  const path = `v1/collectors/${collector.join('/')}`
  const query = new URLSearchParams(tenant === undefined ? {} : { tenant })
  const { kind, name } = options
  return {
    async append(events) {
      let accepted = 0
      let duplicates = 0
      // An empty tenant means the token's.
      const source = { kind, name }
      const receivedMicros = Date.now() * 1000
      // The server decides which sources the token may state.
      const claims = { anyTenant: true, source, otherSources: 'any' } as const
      const reception = { receivedMicros, tenant: tenant ?? '', ...claims }
      for (const body of bodiesOf(events, reception)) {
        const headers = { 'Content-Type': 'application/x-ndjson' }
        const response = await ask({ method: 'POST', path: 'v1/events', headers, body, signal })
        const answer = await batchAnswer(response)
        accepted += answer.accepted
        duplicates += answer.duplicates
      }
      return { accepted, duplicates }
    },
    async position() {
      try {
        const { position } = await jsonOf(await ask({ path, query, signal }))
        // The server stores only JSON objects.
        return isMembers(position) ? (position as JsonObject) : undefined
      } catch (error) {
        if (error instanceof ServerError && error.status === 404) return undefined
        throw error
      }
    },
    async savePosition(position) {
      const headers = { 'Content-Type': 'application/json' }
      const body = JSON.stringify({ position })
      await ask({ method: 'PUT', path, query, headers, body, signal })
    },
  }
}

/**
 * Makes an event valid for the strict route. As in the sink of a server, an odd value must not end
 * a run, and an event without a source is the collector's.
 */
function readable(event: NewEvent, reception: Reception): object {
  const { read: reported } = readOrRefused(event, (one) => readReportedEvent(one, reception))
  const { received: _received, id, ...read } = reported
  // An id minted here would be permanent.
  return event.id === undefined ? read : { ...read, id }
}

/** Serializes events as NDJSON, in as few requests as possible. */
function* bodiesOf(events: readonly NewEvent[], reception: Reception): Generator<string> {
  let lines: string[] = []
  let bytes = 0
  for (const event of events) {
    const line = `${JSON.stringify(readable(event, reception))}\n`
    const lineBytes = Buffer.byteLength(line)
    if (bytes + lineBytes > BODY_BYTES_MAX && lines.length > 0) {
      yield lines.join('')
      lines = []
      bytes = 0
    }
    lines.push(line)
    bytes += lineBytes
  }
  if (lines.length > 0) yield lines.join('')
}
