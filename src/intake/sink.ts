import type { RecordStore } from '../access/records/record-store.ts'
import { Fault } from '../core/errors.ts'
import type { JsonObject } from '../core/event/event.ts'
import type { NewEvent } from '../core/event/new-event.ts'
import { retry } from '../core/retry.ts'
import type { Clock } from '../core/time/timestamp.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { type CollectorName, collectorPositions } from './positions.ts'
import { appendReported } from './take-in.ts'

/** Pause before an append is retried when the ledger states none, in milliseconds. */
const RETRY_MS = 1000

/** Where a collector writes: the ledger of this process, or that of a server over HTTP. */
export interface CollectorSink {
  /**
   * Stores 1 to `BATCH_EVENTS_MAX` events; durable once it resolves. Events are recognized by
   * `source` and `source.eventId`, so an event that is sent again is counted but not stored.
   */
  append(events: readonly NewEvent[]): Promise<{
    readonly accepted: number
    readonly duplicates: number
  }>
  /** The last saved position; undefined at the first run. */
  position(): Promise<JsonObject | undefined>
  /** Saves where to continue, in the store. Call it after all events before it were appended. */
  savePosition(position: JsonObject): Promise<void>
}

/** What a sink needs of an instance. */
export interface LedgerSinkServices {
  readonly ledger: Pick<Ledger, 'append' | 'whenReadable'>
  readonly records: RecordStore
  readonly clock: Clock
}

/**
 * A sink that writes to the ledger of this process. It waits while the queue is full or the store
 * is down.
 */
export function ledgerSink(
  collector: CollectorName,
  { ledger, records, clock }: LedgerSinkServices,
  signal: AbortSignal,
): CollectorSink {
  const positions = collectorPositions(records, clock)
  const { tenant, kind, name } = collector
  return {
    append(events) {
      const receivedMicros = clock()
      const reception = { receivedMicros, tenant, anyTenant: false, source: { kind, name } }
      return appendReported(events, reception, (request) =>
        waitingOut(() => ledger.append(request), signal),
      )
    },
    async position() {
      const saved = await waitingOut(() => positions.get(collector), signal)
      return saved?.position
    },
    savePosition: (position) =>
      waitingOut(async () => {
        // The position is in the store, so it must not run ahead of the events in the store.
        await ledger.whenReadable()
        await positions.save(collector, position)
      }, signal),
  }
}

function waitingOut<Answer>(act: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  return retry(act, {
    isPassing: (error): error is Fault =>
      error instanceof Fault &&
      (error.code === 'ledger.overloaded' || error.code === 'store.unavailable'),
    pause: (_attempts, { retryAfterSeconds }) =>
      retryAfterSeconds === undefined ? RETRY_MS : retryAfterSeconds * 1000,
    signal,
  })
}
