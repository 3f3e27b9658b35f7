import { Fault } from '../../core/errors.ts'
import type { LeafRange } from '../proof/subtree-proof.ts'
import { CompactTree } from '../tree/compact-tree.ts'
import { contentOf, type Statement } from './statement.ts'
import { type TenantLeaves, type TenantWindow, WINDOW_EVENTS } from './tenant-leaves.ts'

/** Waits between two windows, of which the last one took so long in milliseconds. */
export type Pace = (tookMs: number) => Promise<void>

/**
 * The number of a tenant's events in a range, and the hash over their leaves. Memory holds one
 * window of leaves, whatever the number of events.
 *
 * @throws Fault `store.damaged` for events whose rows were changed, `store.unavailable`.
 */
export async function tenantRoot(
  leaves: TenantLeaves,
  { tenant, range }: { readonly tenant: string; readonly range: LeafRange },
  pace: Pace,
): Promise<Pick<Statement, 'count' | 'rootHash'>> {
  const tree = new CompactTree()
  let nextSeq = range.start
  for (const window of joined(await leaves.windows(tenant, range))) {
    const startedMs = performance.now()
    const rows = await leaves.rows(tenant, window)
    if (rows.length !== window.events) throw damaged(window)
    for (const { seq, leaf } of rows) {
      if (leaf === undefined || seq < nextSeq) throw damaged(window)
      tree.append(leaf)
      nextSeq = seq + 1
    }
    await pace(performance.now() - startedMs)
  }
  return contentOf(tree)
}

/** Windows with few events are read together: a tenant may have few among very many of others. */
function joined(windows: readonly TenantWindow[]): readonly TenantWindow[] {
  const wide: TenantWindow[] = []
  for (const window of windows) {
    const last = wide.at(-1)
    const events = window.events + (last?.events ?? WINDOW_EVENTS)
    if (last === undefined || events > WINDOW_EVENTS) wide.push(window)
    else wide[wide.length - 1] = { start: last.start, end: window.end, events }
  }
  return wide
}

function damaged({ start, end }: LeafRange): Fault {
  return new Fault('store.damaged', {
    detail: `events among ${start} to ${end - 1} were altered; \`waybill verify\` checks all`,
  })
}
