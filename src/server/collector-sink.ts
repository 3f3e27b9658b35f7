import type { Draft } from '../core/draft.ts'
import { Fault } from '../core/errors.ts'
import type { NewEvent, Reception } from '../core/new-event.ts'
import { parseReportedEvent } from '../core/parse-reported-event.ts'
import { retry } from '../core/retry.ts'
import type { CollectorSink } from '../dialects/collector.ts'
import { type CollectorName, collectorPositions } from '../dialects/collector-positions.ts'
import type { DialectContext } from '../dialects/dialect.ts'
import { deadLetterEvent, refusedEvent } from './dead-letter.ts'

/** Wait before an append is tried again, when the ledger does not say, in milliseconds. */
const RETRY_MS = 1000

/** A sink that ends in the ledger of this process. It waits out a full queue and a lost store. */
export function ledgerSink(
  collector: CollectorName,
  context: Pick<DialectContext, 'ledger' | 'records' | 'clock'>,
  signal: AbortSignal,
): CollectorSink {
  const positions = collectorPositions(context.records, context.clock)
  return {
    async append(events) {
      const { tenant, kind, name } = collector
      const receivedMicros = context.clock()
      const reception = { receivedMicros, tenant, anyTenant: false, source: { kind, name } }
      const drafts = events.map((event) => draftOf(event, reception))
      const { accepted, duplicates } = await waitingOut(
        () => context.ledger.append({ drafts }),
        signal,
      )
      return { accepted, duplicates }
    },
    async position() {
      const saved = await waitingOut(() => positions.get(collector), signal)
      return saved?.position
    },
    savePosition: (position) =>
      waitingOut(async () => {
        // A position is kept in the store: it never says more than what the store has.
        await context.ledger.whenReadable()
        await positions.save(collector, position)
      }, signal),
  }
}

/** What the boundary refuses is kept as a dead letter: a run must not end over one event. */
function draftOf(event: NewEvent, reception: Reception): Draft {
  try {
    return parseReportedEvent(event, reception)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return parseReportedEvent(deadLetterEvent(refusedEvent(event, error)), reception)
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
