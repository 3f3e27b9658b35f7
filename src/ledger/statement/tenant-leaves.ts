import type { StoredEvent } from '../../core/event/event.ts'
import type { LeafRange } from '../proof/subtree-proof.ts'
import type { LeafRow } from '../tiles/stored-leaves.ts'
import type { StatedRange } from './statement.ts'

/** A tenant with events in a range of seqs. */
interface TenantEvents {
  readonly tenant: string
  readonly events: number
  /** The greatest seq of an event that is not a statement; -1 without one. */
  readonly lastSeq: number
}

/** A range of seqs, and how many events of a tenant are in it: at least one. */
export interface TenantWindow extends LeafRange {
  readonly events: number
}

/** A row of a statement. */
interface StatementRow {
  readonly seq: number
  /** Undefined when the row was changed so that it cannot be read. */
  readonly stated: StatedRange | undefined
}

/** Seqs that a window is made of: it starts at a multiple, and holds at most so many events. */
export const WINDOW_EVENTS = 16_384

/**
 * The stored ledger of one origin by tenants, as the engine reads it from disk, at low priority.
 * All methods throw `store.unavailable` when the engine cannot answer.
 */
export interface TenantLeaves {
  /** The tenants with events in a range, or the one named if it has some. */
  tenants(range: LeafRange, tenant?: string): Promise<readonly TenantEvents[]>
  /** The windows with events of a tenant in a range, ascending. */
  windows(tenant: string, range: LeafRange): Promise<readonly TenantWindow[]>
  /** The rows of a tenant's events in a range, ascending by seq. */
  rows(tenant: string, range: LeafRange): Promise<readonly LeafRow[]>
  /** The latest statement of each tenant. */
  lastStatements(): Promise<readonly StoredEvent[]>
  /** The statements from a seq on, ascending, at most so many. */
  statementsFrom(seq: number, limit: number): Promise<readonly StatementRow[]>
}
