import type { RecordStore } from '../access/records/record-store.ts'
import { Fault } from '../core/errors.ts'
import type { JsonObject } from '../core/event/event.ts'
import type { NewEvent } from '../core/event/new-event.ts'
import { retry } from '../core/retry.ts'
import type { Clock } from '../core/time/timestamp.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { type CollectorName, collectorPositions } from './positions.ts'
import { appendReported } from './take-in.ts'

/** Wait before an append is tried again, when the ledger does not say, in milliseconds. */
const RETRY_MS = 1000

/**
 * Where a collector puts what it reads: the ledger of this process, or that of a server over HTTP.
 */
export interface CollectorSink {
  /**
   * Stores 1 to `BATCH_EVENTS_MAX` events; durable once it resolves. Events are recognised by their
   * `source` and `source.eventId`, so what is given again is counted, not stored.
   */
  append(events: readonly NewEvent[]): Promise<{
    readonly accepted: number
    readonly duplicates: number
  }>
  /** What `savePosition` kept last; undefined at the first run. */
  position(): Promise<JsonObject | undefined>
  /** Keeps where to go on, in the store. Call it after the events before it were appended. */
  savePosition(position: JsonObject): Promise<void>
}

/** What a sink needs of an instance. */
export interface LedgerSinkServices {
  readonly ledger: Pick<Ledger, 'append' | 'whenReadable'>
  readonly records: RecordStore
  readonly clock: Clock
}

/** A sink that ends in the ledger of this process. It waits out a full queue and a lost store. */
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
        // A position is kept in the store: it never says more than what the store has.
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
