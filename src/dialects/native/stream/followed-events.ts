import { Fault } from '../../../core/errors.ts'
import type { StoredEvent } from '../../../core/event/event.ts'
import type { EventFilter, TailQuery } from '../../../core/query/query.ts'
import { pauseFor } from '../../../core/retry.ts'
import type { RequestContext } from '../../api/request-context.ts'
import { eventJson } from '../events/event-json.ts'

/** Events read at once; a slow reader holds no more than these. */
const TAIL_EVENTS_MAX = 500
/** Silence after which a comment is sent, ms: shorter than the patience of common proxies. */
const HEARTBEAT_MS = 15_000
/** Pause of a stream that cannot be answered for the moment, ms. */
const PAUSE_MS = 1000

/** A stream that is followed. */
export interface Following {
  /** What its token may see at the moment of the call; undefined once that is nothing. */
  readonly filter: () => EventFilter | undefined
  /** The seq that it begins after. */
  readonly afterSeq: number
  readonly ended: AbortSignal
}

/**
 * The events of this instance after a seq, as server-sent events, in order of seq and each once.
 * It ends with `ended` and with the rights of its token. It goes through three phases:
 *
 * 1. Catch-up. Pages of events come from the store, until one is not full.
 * 2. Cut-over. The stream is at the size that the store had when that page was asked for: what did
 *    not match up to there never will. Later events are behind that place, so that none is left
 *    out or sent twice.
 * 3. Live. The stream sleeps until the store has more, and asks for that alone. A client that
 *    takes them too slowly finds more than a page, and catches up again.
 *
 * Filters are evaluated in the store alone: memory wakes a stream and says from where on to ask.
 */
export async function* follow(
  { ledger, events }: RequestContext,
  { filter: currentFilter, afterSeq: startAfterSeq, ended }: Following,
): AsyncGenerator<string> {
  let afterSeq = startAfterSeq
  // A first chunk lets the client see the answer's head before there is an event.
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
 * Undefined, after a pause, when its token has too many queries waiting, or the store is down: the
 * stream goes on.
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
 * A message without data: no event for a client, yet its id is what the client resumes after, so
 * that a stream that broke before its first event misses none.
 */
function heartbeat(afterSeq: number): string {
  return afterSeq < 0 ? ': \n\n' : `id: ${afterSeq}\n\n`
}

/** Waits for an event after a seq; answers false after `HEARTBEAT_MS` or the end without one. */
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
