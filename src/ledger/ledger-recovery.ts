import { join } from 'node:path'
import type { EventWriter } from './event-writer.ts'
import type { InsertRange, JournalGroup } from './journal/group.ts'
import { Journal, type JournalOptions } from './journal/journal.ts'
import { GIVE_UP } from './journal/read-journal.ts'
import type { AcceptedNames } from './names/accepted-names.ts'
import type { DuplicateFilter } from './names/duplicate-filter.ts'
import { missingEvents } from './names/missing-events.ts'
import { placedRequests, restOf, type Tail } from './tail.ts'
import { leafHash } from './tree/merkle-tree.ts'
import type { RecoveredTree, TreeRecovery } from './tree/tree-recovery.ts'

/** What a journal is read into. */
export interface JournalRecoveryOptions {
  readonly origin: string
  /** Directory of the ledger's files. */
  readonly directory: string
  readonly writer: EventWriter
  readonly journal: Omit<JournalOptions, 'directory' | 'origin'>
  readonly recovery: TreeRecovery
  readonly tail: Tail
  readonly names: AcceptedNames
  readonly filter: DuplicateFilter
  /** Whether a store with events and without a journal is taken for what it is. */
  readonly isJournalGivenUp: boolean
}

/** A ledger that is whole as far as it can be. */
export interface RecoveredLedger extends RecoveredTree {
  readonly journal: Journal
  /** The last insert that began, which may be the next one again. */
  readonly noted: InsertRange | undefined
  /** Whether a crash cut off the last write, which was not acknowledged. */
  readonly isTorn: boolean
}

/** Name of the directory of the journal, in that of the ledger. */
const JOURNAL_DIRECTORY = 'journal'

/** Where the journal of a ledger is. */
export function journalDirectory(ledgerDirectory: string): string {
  return join(ledgerDirectory, JOURNAL_DIRECTORY)
}

/**
 * Reads the journal behind the events of the store: what it has more is taken in, and what neither
 * has although it was recorded is a contradiction.
 *
 * @throws Error for a journal that is missing, damaged, of another ledger or of a newer format.
 */
export async function recoverJournal(options: JournalRecoveryOptions): Promise<RecoveredLedger> {
  const { origin, writer, recovery, tail } = options
  const storedSize = recovery.tree.size
  const directory = journalDirectory(options.directory)
  const contradictions: string[] = []
  const { journal, found } = await Journal.open(
    { ...options.journal, directory, origin, fromSeq: storedSize },
    (group) => {
      const { firstSeq } = group
      const { size } = recovery.tree
      if (recovery.fillUpTo(firstSeq)) {
        contradictions.push(`the journal goes on at ${firstSeq}, and the events end at ${size}`)
        if (tail.firstSeq >= tail.endSeq) tail.begin(firstSeq)
      }
      if (recovery.tree.size < firstSeq) throw farAhead(directory, { firstSeq, size })
      takeGroup(group, options)
    },
  )
  try {
    const recordedSize = Math.max(storedSize, recovery.head?.size ?? 0)
    const isLost = found.end === undefined && recordedSize > 0
    if (isLost && !options.isJournalGivenUp) throw missingJournal(directory, origin)
    if (found.end !== undefined && found.end.nextSeq < recordedSize) {
      const { nextSeq } = found.end
      contradictions.push(
        `the journal ends at ${nextSeq}, and ${recordedSize} events were recorded`,
      )
    }
    const broughtBack = Math.min(recovery.tree.size, recordedSize) - storedSize
    if (broughtBack > 0) contradictions.push(`the journal brings ${broughtBack} events back`)
    recovery.fillUpTo(recordedSize)
    if (tail.firstSeq >= tail.endSeq) tail.begin(recovery.tree.size)
    journal.begin(recovery.tree.size)
    contradictions.unshift(...missingEvents(await writer.holdings(), { origin, size: storedSize }))
    if (recovery.contradiction !== undefined) contradictions.push(recovery.contradiction)
  } catch (error) {
    await journal.abandon()
    throw error
  }
  return {
    journal,
    noted: found.noted,
    tree: recovery.tree,
    unsavedTiles: recovery.unsavedTiles,
    contradiction: contradictions.length === 0 ? undefined : contradictions.join('; '),
    isTorn: found.end?.isTorn ?? false,
  }
}

/** Takes in the events of a group that the store lacks. */
function takeGroup(
  group: JournalGroup,
  { recovery, tail, names, filter }: JournalRecoveryOptions,
): void {
  for (const placed of placedRequests(group)) {
    const rest = restOf(placed, recovery.tree.size)
    if (rest.drafts.length === 0) continue
    for (const { bytes, leafStart, leafEnd } of rest.drafts) {
      recovery.append(leafHash(bytes.toString('utf8', leafStart + 1, leafEnd)))
    }
    tail.add(rest)
    names.add(rest, filter)
  }
}

function farAhead(directory: string, { firstSeq, size }: { firstSeq: number; size: number }) {
  return new Error(
    `${directory} begins at ${firstSeq}, and the store has ${size} events. ${GIVE_UP}`,
  )
}

function missingJournal(directory: string, origin: string): Error {
  return new Error(
    `${directory} holds no journal, but the store has events of the ledger ${origin}. ${GIVE_UP}`,
  )
}
