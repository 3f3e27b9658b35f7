import { Fault } from '../../../core/errors.ts'
import type { StoredEvent } from '../../../core/event/event.ts'
import type { EventFilter, TailQuery } from '../../../core/query/query.ts'
import { pauseFor } from '../../../core/retry.ts'
import type { RequestContext } from '../../api/request-context.ts'
import { eventJson } from '../events/event-json.ts'

/** Events read at once, which is also the most that a slow reader holds. */
const TAIL_EVENTS_MAX = 500
/** Silence after which a comment is sent, ms: shorter than the time-outs of common proxies. */
const HEARTBEAT_MS = 15_000
/** Pause of a stream that temporarily cannot be answered, ms. */
const PAUSE_MS = 1000

/** A stream that is followed. */
export interface Following {
  /** The current filter of its token; undefined once the token sees nothing. */
  readonly filter: () => EventFilter | undefined
  /** The seq that it begins after. */
  readonly afterSeq: number
  readonly ended: AbortSignal
}

/**
 * The events of this instance after a seq, as server-sent events, in order of seq and each once. It
 * ends with `ended` and with the rights of its token. There are three phases:
 *
 * 1. Catch-up: pages of events are read from the store, until one is not full.
 * 2. Cut-over: the stream is at the size that the store had when that page was requested. Events up
 * to there that did not match never will, and later events come after that position, so that none
 * is skipped or sent twice.
 * 3. Live: the stream sleeps until the store has more, and reads only that. If a client is too
 * slow, there is more than a page, and it catches up again.
 *
 * Only the store evaluates filters: memory wakes a stream and gives the position to read from.
 */
export async function* follow(
  { ledger, events }: RequestContext,
  { filter: currentFilter, afterSeq: startAfterSeq, ended }: Following,
): AsyncGenerator<string> {
  let afterSeq = startAfterSeq
  // The first chunk sends the answer's head to the client before there is an event.
  yield heartbeat(afterSeq)
  while (!ended.aborted) {
    // Catch-up.
    const filter = currentFilter()
    if (filter === undefined) return
    const { origin, readableSize } = ledger.status()
    const page = await pageOrPause(events, { filter, origin, afterSeq, limit: TAIL_EVENTS_MAX })
    if (page === undefined) {
      yield heartbeat(afterSeq)
      continue
    }
    if (page.length > 0) yield page.map(message).join('')
    afterSeq = page.at(-1)?.seq ?? afterSeq
    if (page.length === TAIL_EVENTS_MAX) continue

    // Cut-over.
    afterSeq = Math.max(afterSeq, readableSize - 1)

    // Live.
    while (!(await grows(ledger, { afterSeq, ended }))) {
      if (ended.aborted || currentFilter() === undefined) return
      yield heartbeat(afterSeq)
    }
  }
}

/**
 * Undefined, after a pause, when the token has too many queries waiting, or the store is down; the
 * stream continues.
 */
async function pageOrPause(
  events: RequestContext['events'],
  query: TailQuery,
): Promise<readonly StoredEvent[] | undefined> {
  try {
    return await events.tail(query)
  } catch (error) {
    const isPassing =
      error instanceof Fault &&
      (error.code === 'request.too-many' || error.code === 'store.unavailable')
    if (!isPassing) throw error
    await pauseFor(PAUSE_MS)
    return undefined
  }
}

function message(stored: StoredEvent): string {
  return `id: ${stored.seq}\nevent: event\ndata: ${JSON.stringify(eventJson(stored))}\n\n`
}

/**
 * A message without data: not an event for the client, but its id is where the client resumes, so
 * that a stream that broke before its first event misses none.
 */
function heartbeat(afterSeq: number): string {
  return afterSeq < 0 ? ': \n\n' : `id: ${afterSeq}\n\n`
}

/** Waits for an event after a seq; returns false after `HEARTBEAT_MS` or the end without one. */
async function grows(
  ledger: RequestContext['ledger'],
  { afterSeq, ended }: Pick<Following, 'afterSeq' | 'ended'>,
): Promise<boolean> {
  if (ended.aborted) return false
  const waited = new AbortController()
  const stop = () => waited.abort()
  const timer = setTimeout(stop, HEARTBEAT_MS)
  ended.addEventListener('abort', stop)
  try {
    return (await ledger.waitForReadableOver(afterSeq + 1, waited.signal)) > afterSeq + 1
  } finally {
    clearTimeout(timer)
    ended.removeEventListener('abort', stop)
  }
}
