import { NO_REQUEST } from '../../../core/container-engine.ts'
import type { StoredEvent } from '../../../core/event/event.ts'
import type { EventFilter } from '../../../core/query/query.ts'
import type { RequestContext } from '../../api/request-context.ts'
import type { Caller } from '../credentials.ts'
import type { EventParameters } from '../parameters.ts'
import { NOBODY, visibilityOf } from '../selection.ts'
import { noticeCondition, noticeText } from './notice.ts'

/** Messages of `GET /event` by default. */
const LATEST_MESSAGES = 20
/** Most messages of one answer. If there are more, a poller gets the oldest first. */
const MESSAGES_MAX = 1000
/** How many events of the ledger are searched first for the latest messages. */
const FIRST_STEP_EVENTS = 256
/** Growth of each further step back. */
const STEP_GROWTH = 8

/** The answer of `GET /event`. */
export interface EventWindow {
  /** Position in the ledger of the first event that was read. */
  readonly index: number
  /** Newest first. */
  readonly messages: readonly string[]
  /** Where the next window begins. */
  readonly offset: number
}

type Sources = Pick<RequestContext, 'events' | 'ledger'>

/**
 * `GET /event`: the messages of a window [index, offset) of this instance's ledger. A poller that
 * passes the `offset` of an answer as the next `index` misses nothing and sees nothing twice.
 */
export async function listEvents(
  caller: Caller,
  parameters: EventParameters,
  { events, ledger }: Sources,
): Promise<EventWindow> {
  // Everything below the size can be read. Events stored meanwhile belong to the next window.
  const { origin, size } = ledger.status()
  const filter = feedFilter(caller)
  const read: Read = async (index, limit) => {
    if (index >= end) return []
    const found = await events.tail({ filter, origin, afterSeq: index - 1, limit })
    return found.filter(({ seq }) => seq < end)
  }
  const end = Math.min(parameters.offset ?? size, size)
  const { index, found } = await startOf(parameters, { size, end, read })
  const full = found.length === MESSAGES_MAX ? found.at(-1) : undefined
  return {
    index,
    messages: found.flatMap((stored) => noticeText(stored) ?? []).reverse(),
    offset: full === undefined ? Math.max(end, index) : full.seq + 1,
  }
}

/**
 * The events with a message for a caller: those for everyone, for the caller, or for the system.
 */
function feedFilter(caller: Caller): EventFilter {
  const { tenants, conditions } = visibilityOf(caller)
  return {
    tenants,
    conditions: [...conditions, NO_REQUEST, noticeCondition(['', NOBODY, caller.principal.name])],
  }
}

/** Events with messages from a position on, before the end of the window. */
type Read = (index: number, limit: number) => Promise<readonly StoredEvent[]>

interface Start {
  readonly index: number
  /** At most `MESSAGES_MAX`, the oldest of the window. */
  readonly found: readonly StoredEvent[]
}

interface Bounds {
  readonly size: number
  readonly end: number
  readonly read: Read
}

async function startOf(parameters: EventParameters, { size, end, read }: Bounds): Promise<Start> {
  if (parameters.index !== undefined) {
    const index = Math.min(parameters.index, size)
    return { index, found: await read(index, MESSAGES_MAX) }
  }
  if (parameters.offset !== undefined) {
    const index = Math.max(end - LATEST_MESSAGES, 0)
    return { index, found: await read(index, MESSAGES_MAX) }
  }
  return latest(end, read)
}

/**
 * The latest messages. The ledger is read forwards, so their beginning is searched for: in growing
 * steps back until there are enough, and halfway forward again when there are too many.
 */
async function latest(end: number, read: Read): Promise<Start> {
  let tooFew = end
  let index = Math.max(end - FIRST_STEP_EVENTS, 0)
  for (;;) {
    const found = await read(index, MESSAGES_MAX)
    if (found.length === MESSAGES_MAX) {
      index = Math.ceil((index + tooFew) / 2)
      continue
    }
    const newest = found.slice(-LATEST_MESSAGES)
    const [oldest] = newest
    if (newest.length === LATEST_MESSAGES && oldest !== undefined) {
      return { index: oldest.seq, found: newest }
    }
    if (index === 0) return { index: oldest?.seq ?? end, found: newest }
    tooFew = index
    index = Math.max(end - (end - index) * STEP_GROWTH, 0)
  }
}
