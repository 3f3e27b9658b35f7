import { type Event, OWN_ACTOR, type StoredEvent } from '../../core/event/event.ts'
import { isMembers, type Members } from '../../core/json/json.ts'
import { OWN_SOURCE_KIND } from '../../core/values/source-name.ts'
import type { OwnEvent } from '../audit-trail.ts'
import type { CompactTree } from '../tree/compact-tree.ts'
import { HASH_BYTES } from '../tree/tile-shape.ts'

/** The action of statements. Only Waybill itself can record events of its source. */
export const STATEMENT_ACTION = 'ledger.statement'

/** What a ledger states about the events of one tenant with seqs in [from, to). */
export interface Statement {
  readonly from: number
  readonly to: number
  /** How many events of the tenant are there, earlier statements included. */
  readonly count: number
  /** RFC 9162 Merkle tree hash over the leaves of these events in order of seq, lower-case hex. */
  readonly rootHash: string
  /** Seq of the tenant's statement before, whose `to` is `from`; null for the first. */
  readonly previous: number | null
}

/** A statement with its place in the ledger. */
export interface StatedRange extends Statement {
  readonly seq: number
  readonly tenant: string
}

/** What identifies a statement among events. */
export type StatementKey = Pick<Event, 'action' | 'source'>

/** Whether an event is a statement of a ledger; by default, of any. */
export function isStatement({ action, source }: StatementKey, origin = source.name): boolean {
  const isOwn = source.kind === OWN_SOURCE_KIND && source.name === origin
  return isOwn && action === STATEMENT_ACTION
}

/** Reads a statement; undefined for another event, and for one without the members. */
export function statedRange({ event, seq }: Omit<StoredEvent, 'origin'>): StatedRange | undefined {
  if (!isStatement(event) || !isMembers(event.details)) return undefined
  const { from, to, count, rootHash, previous } = event.details as Members
  const isRoot = typeof rootHash === 'string' && ROOT.test(rootHash)
  if (!(isSeq(from) && isSeq(to) && isSeq(count) && isRoot)) return undefined
  if (!(from < to && to <= seq && (previous === null || isSeq(previous)))) return undefined
  return { from, to, count, rootHash, previous, seq, tenant: event.tenant }
}

/** What a statement says about the leaves of a tree. */
export function contentOf(tree: CompactTree): Pick<Statement, 'count' | 'rootHash'> {
  return { count: tree.size, rootHash: Buffer.from(tree.root()).toString('hex') }
}

/**
 * The event that states a range. Its name is the start of the range, so that the ledger never holds
 * two statements that begin at the same place: the second one is a duplicate.
 */
export function statementEvent(tenant: string, origin: string, statement: Statement): OwnEvent {
  const { from, to, count } = statement
  return {
    tenant,
    actor: OWN_ACTOR,
    action: STATEMENT_ACTION,
    outcome: 'success',
    target: { type: 'ledger', name: origin },
    message: `the tenant has ${count} events from seq ${from} to ${to - 1}`,
    details: { ...statement },
    eventId: `ledger-statement/${from}`,
  }
}

const ROOT = new RegExp(`^[0-9a-f]{${2 * HASH_BYTES}}$`)

function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
