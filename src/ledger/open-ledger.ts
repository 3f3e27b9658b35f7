import { join } from 'node:path'
import type { Draft } from '../core/draft.ts'
import { Fault } from '../core/errors.ts'
import { BATCH_EVENTS_MAX } from '../core/limits.ts'
import { formatTimestamp, TIME_MICROS_END } from '../core/timestamp.ts'
import type { Append, AppendRequest, AppendResult } from './append.ts'
import { Deduplicator } from './deduplicate.ts'
import { withDrain } from './drain.ts'
import type { DuplicateFilter } from './duplicate-filter.ts'
import { type EventWriter, requestName } from './event-writer.ts'
import { recoverFilter } from './filter-recovery.ts'
import { fingerprintOf } from './fingerprint-set.ts'
import { GroupCommit, type StoredGroup } from './group-commit.ts'
import { requestKeyText, withIdempotency } from './idempotency.ts'
import type { Ledger } from './ledger.ts'
import { LedgerKeeper } from './ledger-keeper.ts'
import { STORE_RETRY_AFTER_SECONDS } from './limits.ts'
import { HASH_BYTES, writeHash } from './merkle-tree.ts'
import { recoverTree } from './tree-recovery.ts'

/** What a ledger is opened on. */
export interface OpenLedgerOptions {
  readonly origin: string
  readonly writer: EventWriter
  /** Where the snapshot of the duplicate filter is kept. */
  readonly dataDirectory: string
  /** Told of every stored group, for the metrics. */
  readonly onStored?: (group: StoredGroup) => void
  /** Told of what goes wrong beside the appends, for the log. */
  readonly onTrouble?: (error: unknown) => void
  /** Events that may wait to be stored (default `QUEUE_EVENTS_MAX`). */
  readonly queueEventsMax?: number
}

/**
 * Opens the ledger of one origin: rebuilds its tree and its duplicate filter from the store, then
 * takes events. Close it before the store.
 *
 * @throws Fault `store.unavailable`.
 */
export async function openLedger(options: OpenLedgerOptions): Promise<Ledger> {
  const { origin, writer } = options
  const directory = join(options.dataDirectory, 'ledger')
  const recovered = await recoverTree(writer, origin)
  const size = recovered.tree.size
  const filter = await recoverFilter({ directory, origin, writer, size })
  const keeper = new LedgerKeeper({
    recovered,
    filter,
    writer,
    place: { directory, origin },
    onTrouble: options.onTrouble ?? (() => undefined),
  })
  const commit = new GroupCommit({
    writer,
    size,
    onStored: (group) => {
      keeper.take(group)
      options.onStored?.(group)
    },
    ...(options.queueEventsMax === undefined ? {} : { queueEventsMax: options.queueEventsMax }),
  })
  const { append, drain } = withDrain(createAppend(commit, filter, writer))
  return {
    append,
    status: () => ({
      origin,
      ...keeper.status(),
      queuedEvents: commit.queuedEvents,
      refusedAtMs: commit.refusedAtMs,
    }),
    waitForSizeOver: (seen, signal) => keeper.waitForSizeOver(seen, signal),
    async close() {
      await drain()
      await commit.close()
      await keeper.close()
    },
  }
}

/**
 * The whole way of an append, outermost first: limits, then the request's key, then the events'
 * names, then leaf and row, then the group commit.
 */
function createAppend(commit: GroupCommit, filter: DuplicateFilter, writer: EventWriter): Append {
  const deduplicator = new Deduplicator({ filter, writer })

  const storeNew = (drafts: readonly Draft[], request: string) =>
    commit.add({
      rows: writer.encode(drafts, request),
      leaves: leavesOf(drafts),
      month: monthOf(drafts),
    })

  const append = async ({ drafts, idempotency }: AppendRequest): Promise<AppendResult> => {
    const request =
      idempotency === undefined ? '' : requestName(idempotency.key, idempotency.bodySha256)
    const { duplicates, answer } = await deduplicator.store(drafts, (fresh) => {
      rememberKey(filter, idempotency, fresh)
      return storeNew(fresh, request)
    })
    const accepted = drafts.length - duplicates
    return {
      accepted,
      duplicates,
      first: answer?.first ?? null,
      last: answer?.last ?? null,
      replayed: false,
    }
  }
  return withLimits(withIdempotency(append, { filter, writer }))
}

/** The leaf hashes, one behind the other. */
function leavesOf(drafts: readonly Draft[]): Buffer {
  const leaves = Buffer.allocUnsafe(drafts.length * HASH_BYTES)
  for (const [index, { bytes, leafStart, leafEnd }] of drafts.entries()) {
    writeHash(bytes.subarray(leafStart, leafEnd), leaves, index * HASH_BYTES)
  }
  return leaves
}

/** All events of a request were received at the same moment. */
function monthOf([draft]: readonly Draft[]): string {
  return draft === undefined ? '' : formatTimestamp(draft.receivedMicros).slice(0, 7)
}

/** Before the insert, as events' names are: one that fails may have stored its events. */
function rememberKey(
  filter: DuplicateFilter,
  idempotency: AppendRequest['idempotency'],
  fresh: readonly Draft[],
): void {
  if (idempotency === undefined || fresh.length === 0) return
  const { tenant, key } = idempotency
  filter.add(fingerprintOf(requestKeyText(tenant, key)), idempotency.receivedMicros)
}

/**
 * The boundary checks the number of events too; this is for whatever appends without one. Of a
 * server whose clock is after the last time that an event may carry nothing is taken: no query
 * would find it.
 */
function withLimits(append: Append): Append {
  return async (request) => {
    const { length } = request.drafts
    // All events of a request were received at the same moment.
    if ((request.drafts[0]?.receivedMicros ?? 0) >= TIME_MICROS_END) {
      throw new Fault('store.unavailable', {
        detail: 'the clock of the server is after 2199',
        retryAfterSeconds: STORE_RETRY_AFTER_SECONDS,
      })
    }
    if (length >= 1 && length <= BATCH_EVENTS_MAX) return append(request)
    throw new Fault('request.too-large', { detail: `1 to ${BATCH_EVENTS_MAX} events at once` })
  }
}
