import { join } from 'node:path'
import { Fault } from '../core/errors.ts'
import type { Draft } from '../core/event/draft.ts'
import { BATCH_EVENTS_MAX } from '../core/limits.ts'
import { TIME_MICROS_END } from '../core/time/timestamp.ts'
import type { Append, AppendRequest, AppendResult } from './append/append.ts'
import { withDrain } from './append/drain.ts'
import { type CommittedGroup, GroupCommit } from './append/group-commit.ts'
import { type EventWriter, requestName, type TreeHead } from './event-writer.ts'
import { Indexer } from './indexer.ts'
import { fullJournal, type Journal, type JournalOptions } from './journal/journal.ts'
import { JOURNAL_BYTES_MAX } from './journal/limits.ts'
import type { Ledger } from './ledger.ts'
import { LedgerKeeper } from './ledger-keeper.ts'
import { type RecoveredLedger, recoverJournal } from './ledger-recovery.ts'
import {
  BEHIND_BYTES_MAX,
  BEHIND_MS_MAX,
  OVERLOAD_RETRY_AFTER_SECONDS,
  STORE_RETRY_AFTER_SECONDS,
} from './limits.ts'
import { AcceptedNames } from './names/accepted-names.ts'
import { Deduplicator } from './names/deduplicate.ts'
import type { DuplicateFilter } from './names/duplicate-filter.ts'
import { recoverFilter } from './names/filter-recovery.ts'
import { fingerprintOf } from './names/fingerprint-set.ts'
import { requestKeyText, withIdempotency } from './names/idempotency.ts'
import { placedRequests, Tail } from './tail.ts'
import type { StoredLeaves } from './tiles/stored-leaves.ts'
import { TileReader } from './tiles/tile-reader.ts'
import { emptyRoot, writeHash } from './tree/merkle-tree.ts'
import { HASH_BYTES } from './tree/tile-shape.ts'
import { TreeRecovery } from './tree/tree-recovery.ts'

/** What an acknowledgement rests on: the journal, or the store too. */
type Acknowledge = 'journal' | 'store'

/** What a ledger is opened on. */
export interface OpenLedgerOptions {
  readonly origin: string
  readonly writer: EventWriter
  /** Where the journal and the snapshot of the duplicate filter are kept. */
  readonly dataDirectory: string
  /** Called with errors outside of appends, for the log. */
  readonly onTrouble?: (error: unknown) => void
  /** Events that may wait to be accepted (default `QUEUE_EVENTS_MAX`). */
  readonly queueEventsMax?: number
  /** How the journal is kept; by default it takes up to `JOURNAL_BYTES_MAX` bytes. */
  readonly journal?: Partial<Omit<JournalOptions, 'directory' | 'origin'>>
  /** Default `journal`. */
  readonly acknowledge?: Acknowledge
  /** The size and the root that were signed last; with it `leaves`, to compare with. */
  readonly signed?: { readonly head: TreeHead; readonly leaves: StoredLeaves }
  /** The greatest size that a witness cosigned, and the name of the witness. */
  readonly cosigned?: { readonly size: number; readonly witness: string } | undefined
  /** Why no events may be taken, if that is known before. */
  readonly readOnly?: string | undefined
  /** Whether to go on without what only a lost journal held. */
  readonly isJournalGivenUp?: boolean
}

/**
 * Opens the ledger of one origin: rebuilds its tree and its duplicate filter from the store, takes
 * in what the journal has more, then takes events. Close it before the store.
 *
 * @throws Fault `store.unavailable`, Error for a journal that cannot be used.
 */
export async function openLedger(options: OpenLedgerOptions): Promise<Ledger> {
  const { origin, writer } = options
  const onTrouble = options.onTrouble ?? (() => undefined)
  const directory = join(options.dataDirectory, 'ledger')
  // Those of a process that was killed may run on in a server.
  await writer.endInserts()
  const recovery = await TreeRecovery.fromStore(writer, options.signed?.head)
  const storedSize = recovery.tree.size
  const filter = await recoverFilter({ directory, origin, writer, size: storedSize })
  let journal: Journal | undefined
  const readFrom = (seq: number) => journal?.readFrom(seq) ?? nothing()
  const tail = new Tail({ readFrom }, storedSize)
  const names = new AcceptedNames(tail)
  const recovered = await recoverJournal({
    ...{ origin, directory, writer, recovery, tail, names, filter },
    journal: { bytesMax: JOURNAL_BYTES_MAX, ...options.journal },
    isJournalGivenUp: options.isJournalGivenUp ?? false,
  })
  journal = recovered.journal
  const place = { directory, origin }
  const indexedSize = tail.firstSeq
  const keeper = new LedgerKeeper({ recovered, filter, writer, place, indexedSize, onTrouble })
  const readOnly = options.readOnly ?? (await divergence(options, { recovery, keeper }))
  return new OpenLedger(
    { ...options, onTrouble, readOnly },
    { journal, filter, tail, names, keeper, recovered },
  ).ledger()
}

/**
 * How the events contradict what a witness cosigned, or the checkpoint that was signed last;
 * undefined when they do not.
 */
async function divergence(
  { signed, cosigned }: Pick<OpenLedgerOptions, 'signed' | 'cosigned'>,
  { recovery, keeper }: { readonly recovery: TreeRecovery; readonly keeper: LedgerKeeper },
): Promise<string | undefined> {
  const { size } = recovery.tree
  if (cosigned !== undefined && size < cosigned.size) {
    const { witness } = cosigned
    return `the witness ${witness} cosigned ${cosigned.size} events, and ${size} ${WAYS_ON}`
  }
  if (signed === undefined) return undefined
  const { head, leaves } = signed
  if (size < head.size)
    return `a checkpoint over ${head.size} events was signed, and ${size} ${WAYS_ON}`
  if (recovery.isSignedAhead) {
    const tiles = new TileReader(leaves, (level, range) => keeper.unsavedTiles(level, range))
    const root = await tiles.subtree({ start: 0, end: head.size })
    if (Buffer.compare(root, head.rootHash) === 0) return undefined
  } else if (!recovery.differsFromSigned) return undefined
  return `the first ${head.size} events do not give the root that was signed`
}

const WAYS_ON =
  'are there: restore a newer backup, or begin a new ledger with ' +
  '`waybill recover --successor ORIGIN`'

interface Parts {
  readonly journal: Journal
  readonly filter: DuplicateFilter
  readonly tail: Tail
  readonly names: AcceptedNames
  readonly keeper: LedgerKeeper
  readonly recovered: RecoveredLedger
}

/** The parts of a ledger, put together. */
class OpenLedger {
  readonly #options: OpenLedgerOptions & { readonly onTrouble: (error: unknown) => void }
  readonly #parts: Parts
  readonly #indexer: Indexer
  readonly #commit: GroupCommit
  /** End of the last group that readers wait for. */
  #readableSize: number

  constructor(
    options: OpenLedgerOptions & { readonly onTrouble: (error: unknown) => void },
    parts: Parts,
  ) {
    this.#options = options
    this.#parts = parts
    this.#readableSize = parts.recovered.tree.size
    const { journal, tail, keeper, names } = parts
    this.#indexer = new Indexer({
      ...{ writer: options.writer, journal, tail, onTrouble: options.onTrouble },
      noted: parts.recovered.noted,
      isAwaited: options.acknowledge === 'store',
      onIndexed: ({ endSeq }) => {
        names.forgetBefore(endSeq)
        keeper.indexed(endSeq)
      },
    })
    this.#commit = new GroupCommit({
      journal,
      size: parts.recovered.tree.size,
      onCommitted: (group) => this.#take(group),
      onUncertain: (group) => names.addUncertain(placedRequests(group)),
      ...(options.queueEventsMax === undefined ? {} : { queueEventsMax: options.queueEventsMax }),
    })
    this.#indexer.grown()
  }

  ledger(): Ledger {
    const { append, drain } = withDrain(this.#append())
    const { journal, keeper, recovered, tail } = this.#parts
    return {
      append,
      status: () => ({
        origin: this.#options.origin,
        ...keeper.status(),
        queuedEvents: this.#commit.queuedEvents,
        behind: {
          events: tail.endSeq - tail.firstSeq,
          bytes: tail.bytes,
          seconds: this.#behindMs() / 1000,
          isFailing: this.#indexer.failure !== undefined,
        },
        journalBytes: journal.bytes,
        hasRoom: journal.hasRoom(0),
        refusedAtMs: this.#commit.refusedAtMs,
        wasTorn: recovered.isTorn,
        readOnly: this.#options.readOnly,
      }),
      durableHead: () => keeper.durableHead() ?? { size: 0, rootHash: emptyRoot() },
      watchDurable: (onDurable) => keeper.watchDurable(onDurable),
      lastLeaves: (size) => keeper.lastLeaves(size),
      unsavedTiles: (level, range) => keeper.unsavedTiles(level, range),
      waitForReadableOver: (seen, signal) => {
        if (seen < this.#readableSize) this.#feedStore()
        return keeper.waitForReadableOver(seen, signal)
      },
      whenReadable: (size = 0) => this.#indexer.reach(Math.max(size, this.#readableSize)),
      askForRoom: (bytes) => {
        this.#refuseIfReadOnly()
        this.#askForRoom(bytes)
      },
      close: async () => {
        await drain()
        await this.#commit.close()
        await this.#indexer.close()
        await keeper.close()
        await journal.close()
      },
    }
  }

  /**
   * The whole way of an append, outermost first: limits, then the request's key, then the events'
   * names, then the leaves, then the journal.
   */
  #append(): Append {
    const { filter, names } = this.#parts
    const { writer } = this.#options
    const whenDurable = (size: number) => this.#whenDurable(size)
    const deduplicator = new Deduplicator({ filter, accepted: names, writer, whenDurable })
    const append = async ({
      drafts,
      idempotency,
      isQuiet = false,
    }: AppendRequest): Promise<AppendResult> => {
      const request =
        idempotency === undefined ? '' : requestName(idempotency.key, idempotency.bodySha256)
      const { duplicates, answer } = await deduplicator.store(drafts, async (fresh) => {
        rememberKey(filter, idempotency, fresh)
        const placed = await this.#commit.add({ drafts: fresh, request, leaves: leavesOf(fresh) })
        if (!isQuiet) this.#readableSize = Math.max(this.#readableSize, placed.last + 1)
        if (!isQuiet && this.#parts.keeper.isAwaited) this.#feedStore()
        if (this.#options.acknowledge === 'store') await this.#indexer.reach(placed.last + 1)
        return placed
      })
      return {
        accepted: drafts.length - duplicates,
        duplicates,
        first: answer?.first ?? null,
        last: answer?.last ?? null,
        replayed: false,
      }
    }
    const repeatable = withIdempotency(append, { filter, accepted: names, writer, whenDurable })
    return withLimits(async (request) => {
      this.#refuseIfReadOnly()
      this.#askForRoom(0)
      return repeatable(request)
    })
  }

  async #whenDurable(size: number): Promise<void> {
    if (size > this.#commit.size) await this.#commit.settle()
    if (this.#options.acknowledge === 'store') await this.#indexer.reach(size)
  }

  #take(group: CommittedGroup): void {
    const { keeper, names, tail } = this.#parts
    const isKnown = names.settled()
    for (const placed of placedRequests(group)) {
      if (!isKnown) names.add(placed)
      tail.add(placed)
    }
    keeper.take(group.requests.map(({ leaves }) => leaves))
    this.#indexer.grown()
  }

  /** Has the store take what readers wait for, unless it is down: then they wait on. */
  #feedStore(): void {
    this.#indexer.reach(this.#readableSize).catch(() => undefined)
  }

  #refuseIfReadOnly(): void {
    const { readOnly } = this.#options
    if (readOnly !== undefined) throw new Fault('ledger.read-only', { detail: readOnly })
  }

  #behindMs(): number {
    const { oldestMs } = this.#parts.tail
    return oldestMs === undefined ? 0 : performance.now() - oldestMs
  }

  /** While the store is down the journal takes events up to its size; else only so far ahead. */
  #askForRoom(bytes: number): void {
    const { journal, tail } = this.#parts
    const isDown = this.#indexer.failure !== undefined
    if (!isDown && (this.#behindMs() > BEHIND_MS_MAX || tail.bytes + bytes > BEHIND_BYTES_MAX)) {
      throw new Fault('ledger.overloaded', { retryAfterSeconds: OVERLOAD_RETRY_AFTER_SECONDS })
    }
    if (!journal.hasRoom(bytes)) throw fullJournal()
  }
}

async function* nothing(): AsyncIterable<never> {}

/** The leaf hashes, one behind the other. */
function leavesOf(drafts: readonly Draft[]): Buffer {
  const leaves = Buffer.allocUnsafe(drafts.length * HASH_BYTES)
  for (const [index, { bytes, leafStart, leafEnd }] of drafts.entries()) {
    writeHash(bytes.subarray(leafStart, leafEnd), leaves, index * HASH_BYTES)
  }
  return leaves
}

/** Before the write, as events' names are: one that fails may have stored its events. */
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
