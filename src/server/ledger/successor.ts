import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { SETTINGS } from '../../config/settings.ts'
import { ifThere, SECRET_MODE, writeDurably } from '../../core/files.ts'
import type { Checkpoint } from '../../ledger/checkpoint/checkpoint.ts'
import { verifyNote } from '../../ledger/checkpoint/signed-note.ts'
import { parseVerifierKey, type VerifierKey } from '../../ledger/checkpoint/verifier-key.ts'
import { type OpenLedgerOptions, openLedger } from '../../ledger/open-ledger.ts'
import { TileReader } from '../../ledger/tiles/tile-reader.ts'
import type { Store } from '../../store/store.ts'
import { registerSuccessor, writeOrigin } from '../instance/instance-identity.ts'
import {
  filesOf,
  knownKeys,
  logNameOf,
  type PublicationPlace,
} from '../instance/publication-files.ts'
import { checkpointOf, keepCheckpoint, keptCheckpoint } from './kept-checkpoints.ts'
import { keepPredecessor, readPredecessor } from './predecessor.ts'

/** The ledger to succeed, and the name of the one that begins. */
export interface SuccessorPlan {
  readonly place: PublicationPlace
  /** How the ledger to succeed is opened. */
  readonly options: OpenLedgerOptions
  readonly successor: string
}

/** Folder in that of the ledger with the files of the ledgers before it, by origin. */
const PREDECESSORS_DIRECTORY = 'predecessors'
const LAST_SIGNED_FILE = 'last-signed'

/**
 * Begins a new ledger on the data of one that must not go on, such as a restored backup that is
 * older than its last checkpoint. The old one keeps its events, and no longer signs. The
 * first start of the new one records what it succeeds.
 *
 * The name of the new one is written last: after a crash the same call completes it.
 *
 * @returns what was done, one line each.
 * @throws Error for a name that is invalid or taken, or when both would sign under one name; as
 * `openLedger` does.
 */
export async function beginSuccessor(store: Store, plan: SuccessorPlan): Promise<string[]> {
  const { place, successor } = plan
  if (SETTINGS.origin.kind.read(successor) === undefined) {
    throw new Error(`the name of a ledger is ${SETTINGS.origin.kind.expected}`)
  }
  if (successor === place.origin) throw new Error(`the ledger is named ${successor} already`)
  const files = filesOf(place)
  const aside = join(files.directory, PREDECESSORS_DIRECTORY, place.origin)
  if (existsSync(aside)) await requireBegun(plan)
  else await prepare(store, plan)
  await mkdir(aside, { recursive: true })
  if (files.checkpoint !== files.checkpointCopy) {
    await setAside(files.checkpoint, `${files.checkpoint}.${place.origin}`)
    await setAside(files.witnesses, `${files.checkpoint}.${place.origin}.witnesses`)
  }
  for (const name of await readdir(files.directory)) {
    if (name === PREDECESSORS_DIRECTORY) continue
    await rename(join(files.directory, name), join(aside, name))
  }
  await writeOrigin(place.settings.data, successor)
  return [
    `the ledger ${place.origin} ends; its events stay readable, and its files are in ${aside}`,
    `the next start begins the ledger ${successor} with the last checkpoint of ${place.origin}`,
  ]
}

/** A crash came in between: the store knows the name that was chosen. */
async function requireBegun({ place, successor }: SuccessorPlan): Promise<void> {
  const { records, origin } = place
  if ((await readPredecessor(records, successor))?.origin === origin) return
  throw new Error(`a successor of ${origin} was begun under another name; complete that one`)
}

/** Keeps what is known of the old ledger in the store. */
async function prepare(store: Store, plan: SuccessorPlan): Promise<void> {
  const { place, successor } = plan
  const { records, origin } = place
  const keys = (await knownKeys(place)).map(parseVerifierKey)
  const signed = await signedCheckpoints(place, keys)
  const last = signed.at(-1)
  const logName = last?.logName ?? logNameOf(place)
  if (logNameOf({ ...place, origin: successor }) === logName) {
    throw new Error(
      `ledger.publicName is ${logName}, which names the old ledger: set another one, or none`,
    )
  }
  await registerSuccessor(store, { origin, successor })
  const size = await storedSize(plan.options)
  const shown = signed.findLast((one) => one.size <= size)
  if (shown !== undefined) await keepCheckpoint(records, origin, shown.text)
  const rootHash = await new TileReader(store.leaves, () => []).subtree({ start: 0, end: size })
  await keepPredecessor(records, successor, {
    ...{ origin, logName },
    held: { size, rootHash: base64(rootHash) },
    ...(last !== undefined && {
      signed: { size: last.size, rootHash: base64(last.rootHash), checkpoint: last.text },
    }),
  })
  if (last !== undefined) {
    await writeDurably(join(filesOf(place).directory, LAST_SIGNED_FILE), last.text, SECRET_MODE)
  }
}

/** The checkpoints of the ledger that are kept anywhere, by size. */
async function signedCheckpoints(
  place: PublicationPlace,
  keys: readonly VerifierKey[],
): Promise<readonly Checkpoint[]> {
  const { checkpoint, checkpointCopy } = filesOf(place)
  const texts = await Promise.all(
    [checkpoint, checkpointCopy].map((path) => ifThere(readFile(path, 'utf8'))),
  )
  const kept = [
    ...texts.map((text) => (text === undefined ? undefined : checkpointOf(text))),
    await keptCheckpoint(place.records, place.origin),
  ]
  return kept
    .filter((one) => one !== undefined)
    .filter((one) => isSigned(one, keys))
    .sort((one, other) => one.size - other.size)
}

function isSigned({ note }: Checkpoint, keys: readonly VerifierKey[]): boolean {
  try {
    return verifyNote(note, keys).length > 0
  } catch {
    return false
  }
}

/** Stores what only the journal has, and answers how many events the ledger then has. */
async function storedSize(options: OpenLedgerOptions): Promise<number> {
  const ledger = await openLedger({ ...options, readOnly: 'the ledger ends' })
  try {
    const { size } = ledger.status()
    await ledger.whenReadable(size)
    return size
  } finally {
    await ledger.close()
  }
}

async function setAside(path: string, aside: string): Promise<void> {
  await ifThere(rename(path, aside))
}

function base64(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64')
}
