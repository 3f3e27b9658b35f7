import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ifThere } from '../../core/files.ts'
import { createClock } from '../../core/time/timestamp.ts'
import { type Checkpoint, parseCheckpoint } from '../../ledger/checkpoint/checkpoint.ts'
import { readTailLeaves } from '../../ledger/journal/tail-leaves.ts'
import { journalDirectory } from '../../ledger/ledger-recovery.ts'
import { TILE_HASHES_SAVED_AT_ONCE } from '../../ledger/limits.ts'
import type { StoredLeaves } from '../../ledger/tiles/stored-leaves.ts'
import { TILE_WIDTH } from '../../ledger/tree/tile-shape.ts'
import {
  joinFindings,
  type LedgerFindings,
  type VerificationProgress,
  withStatements,
} from '../../ledger/verification/findings.ts'
import type { LedgerAtRest } from '../../ledger/verification/ledger-at-rest.ts'
import { StatementVerification } from '../../ledger/verification/statement-verification.ts'
import { verifyLedger } from '../../ledger/verification/verify-ledger.ts'
import { verifyTail } from '../../ledger/verification/verify-tail.ts'
import { linkedCopy } from '../../store/linked-copy.ts'
import { openStore, type Store } from '../../store/store.ts'
import { readOrigin } from './instance-identity.ts'
import { filesOf, knownKeys } from './publication-files.ts'

/**
 * Opens the ledger of a data directory for reading. Nothing in the directory is written: the engine
 * works on a copy that shares the files of the events.
 *
 * @throws Error when a server has the directory open, or it has no ledger; Fault as `openStore`.
 */
export async function openLedgerAtRest(dataDirectory: string): Promise<LedgerAtRest> {
  const origin = await readOrigin(dataDirectory, undefined)
  if (origin.file !== 'kept') {
    throw new Error(`${join(dataDirectory, 'origin')}, which names the ledger, is ${origin.file}`)
  }
  const files = filesOf({ settings: { data: dataDirectory, ledger: {} } })
  const { directory } = files
  const text = await ifThere(readFile(files.checkpoint, 'utf8'))
  const checkpoint = text === undefined ? undefined : parseCheckpoint(text)
  const copy = await linkedCopy(dataDirectory)
  try {
    const store = await openStore({
      location: { dataDirectory: copy.directory },
      ...{ origin: origin.name, clock: createClock() },
    })
    return {
      ...{ origin: origin.name, checkpoint },
      keys: await knownKeys({ records: store.records, origin: origin.name }),
      verify: (signed) => verify(store, { signed, directory, origin: origin.name }),
      async close() {
        await store.close()
        await copy.remove()
      },
    }
  } catch (error) {
    await copy.remove()
    throw error
  }
}

interface Place {
  readonly signed: Checkpoint
  readonly directory: string
  readonly origin: string
}

async function* verify(
  { leaves, tenantLeaves, writer }: Store,
  { signed, directory, origin }: Place,
): AsyncGenerator<VerificationProgress, LedgerFindings> {
  const statements = new StatementVerification(tenantLeaves, signed.size)
  const options = { leaves: statements.watch(leaves), unsaved: () => [], signed, isAtRest: true }
  const events = yield* verifyLedger(options)
  const whole = withStatements(events, statements.findings)
  const storedSize = await writer.size()
  const savedSize = Math.min(await sizeOfSavedHashes(leaves, signed.size), storedSize)
  const expected = { origin, fromSeq: savedSize }
  const journal = await readTailLeaves(journalDirectory(directory), expected)
  const tail = { fromSeq: savedSize, signedSize: signed.size, storedSize, journal }
  return joinFindings(whole, await verifyTail(leaves, tail))
}

/** A server that was killed had not saved the latest hashes of groups. */
async function sizeOfSavedHashes(leaves: StoredLeaves, size: number): Promise<number> {
  const end = Math.floor(size / TILE_WIDTH)
  const start = Math.max(0, end - UNSAVED_GROUPS_MAX)
  const last = (await leaves.tileHashes(1, { start, end })).at(-1)?.index ?? start - 1
  return (last + 1) * TILE_WIDTH
}

const UNSAVED_GROUPS_MAX = 2 * TILE_HASHES_SAVED_AT_ONCE
