import { actorOf } from '../../../access/directory/principal.ts'
import type { Client } from '../../../core/event/event.ts'
import type { EventFilter, EventReader } from '../../../core/query/query.ts'
import type { RequestContext } from '../../api/request-context.ts'
import type { Caller } from '../credentials.ts'
import { logFilter, visibilityOf } from '../selection.ts'
import type { ClearedLogs, ClearMarks } from './clear-marks.ts'

/** What clearing the log needs. */
export interface ClearLogContext extends Pick<RequestContext, 'events' | 'ledger' | 'audit'> {
  readonly clearedLogs: ClearedLogs
}

/** The answer of `DELETE /log`. */
export interface ClearedLog {
  /** Number of rows that the log had. */
  readonly records: number
}

/**
 * `DELETE /log`: hides the log of the caller's tenant from this dialect. The ledger keeps every
 * event. An event records the clearing, and is the first row of the new log.
 *
 * It is recorded first: a log whose clearing cannot be recorded is not cleared.
 */
export async function clearLog(
  caller: Caller,
  client: Client,
  context: ClearLogContext,
): Promise<ClearedLog> {
  const { events, audit, clearedLogs } = context
  const { origin, size } = context.ledger.status()
  const visibility = visibilityOf(caller)
  const oldLog = logFilter(visibility, await clearedLogs.of(caller.tenant))
  const marks = new Map([...(await otherEnds(oldLog, origin, events)), [origin, size]])
  const newLog = logFilter(visibility, marks)
  // Events that arrived since then are in both logs and stay.
  const [all, remaining] = await Promise.all([events.count(oldLog), events.count(newLog)])
  const records = Math.max(all - remaining, 0)
  await audit.record({
    tenant: caller.tenant,
    action: 'log.clear',
    outcome: 'success',
    actor: actorOf(caller.principal),
    client,
    message: 'System logs are cleared',
    details: { records, from: Object.fromEntries(marks) },
  })
  await clearedLogs.keep(caller.tenant, marks)
  return { records }
}

/** Where the parts of a log end that are in ledgers of other instances on the same store. */
async function otherEnds(
  log: EventFilter,
  ownOrigin: string,
  events: EventReader,
): Promise<ClearMarks> {
  const ends = new Map<string, number>()
  const hidden = new Map([[ownOrigin, Number.MAX_SAFE_INTEGER]])
  for (;;) {
    const conditions = [...hidden].map(([origin, fromSeq]) => ({ origin, fromSeq }))
    const filter = { ...log, conditions: [...log.conditions, ...conditions] }
    const page = await events.page({ filter, order: 'newest', limit: 1 })
    const [newest] = page.events
    if (newest === undefined) return ends
    const { origin, seq } = newest
    ends.set(origin, await endOf(filter, { origin, seq }, events))
    hidden.set(origin, Number.MAX_SAFE_INTEGER)
  }
}

/** The first seq of a ledger after every match, found by doubling and then halving steps. */
async function endOf(
  filter: EventFilter,
  known: { readonly origin: string; readonly seq: number },
  events: EventReader,
): Promise<number> {
  const nextAfter = async (afterSeq: number) => {
    const found = await events.tail({ filter, origin: known.origin, afterSeq, limit: 1 })
    return found[0]?.seq
  }
  let last = known.seq
  let step = 1
  // The newest event by time is usually near the end of the ledger.
  while (step >= 1) {
    const next = await nextAfter(last + step - 1)
    if (next === undefined) {
      step = Math.floor(step / 2)
    } else {
      last = next
      step *= 2
    }
  }
  return last + 1
}
