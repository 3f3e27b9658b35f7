import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasInstanceKeys } from '../../access/records/instance-key.ts'
import type { RecordStore } from '../../access/records/record-store.ts'
import { SECRET_BOX_KEY_BYTES } from '../../access/tokens/secret-box.ts'
import { SETTINGS } from '../../config/settings.ts'
import type { Store } from '../../store/store.ts'
import { writeSecretFile } from './secret-file.ts'

/** File of the data directory that holds the name of the instance's ledger. */
const ORIGIN_FILE = 'origin'
const ORIGIN_RANDOM_BYTES = 8
/** File of the data directory that holds the key of everything that is kept encrypted. */
export const SECRET_KEY_FILE = 'secret-key'

/** The name of an instance's ledger, before it is known whether the store has that ledger. */
export interface StatedOrigin {
  readonly name: string
  /** How the file of the data directory was found. */
  readonly file: 'kept' | 'missing' | 'empty' | 'damaged'
  /** Whether the configuration names it. */
  readonly isConfigured: boolean
}

/**
 * The name of this instance's ledger: what the data directory says, else what the configuration
 * says, else a new one. It lies beside the data, not in the store, since instances share a store.
 * Nothing is written before `confirmOrigin`.
 *
 * @throws Error when the file holds another name than the configuration.
 */
export async function readOrigin(
  dataDirectory: string,
  configured: string | undefined,
): Promise<StatedOrigin> {
  const path = join(dataDirectory, ORIGIN_FILE)
  const text = await readIfThere(path)
  const kept = text === undefined ? undefined : SETTINGS.origin.kind.read(text)
  const isConfigured = configured !== undefined
  if (kept === undefined) {
    const name = configured ?? `waybill-${randomBytes(ORIGIN_RANDOM_BYTES).toString('hex')}`
    const file = text === undefined ? 'missing' : text === '' ? 'empty' : 'damaged'
    return { name, file, isConfigured }
  }
  if (configured === undefined || configured === kept) {
    return { name: kept, file: 'kept', isConfigured }
  }
  throw new Error(`the origin is ${kept} in ${path}, but ${configured} in the configuration`)
}

/**
 * Makes sure that the ledger which is named is this instance's, and keeps its name. A store that
 * has ledgers, but not this one, is no first start: the file was lost, cut, or is another's, and
 * with it what was stored before would be taken for another instance's.
 *
 * @throws Error that names the ledgers of the store, and how to go on.
 */
export async function confirmOrigin(
  origin: StatedOrigin,
  store: Pick<Store, 'records' | 'writer'>,
  place: { readonly dataDirectory: string; readonly isStoreShared: boolean },
): Promise<void> {
  const path = join(place.dataDirectory, ORIGIN_FILE)
  const registered = (await store.records.load(ORIGIN_RECORD)).map(({ id }) => id)
  const isRegistered = registered.includes(origin.name)
  // Every event is counted for the answer, which a start does once more for the tree.
  const held = isRegistered ? [] : await store.writer.holdings()
  const known = [...new Set([...registered, ...held.map((one) => one.origin)])].sort()
  const isKnown = known.includes(origin.name)
  const isDamaged = origin.file === 'empty' || origin.file === 'damaged'
  const isFirst = known.length === 0 && !(isDamaged && !origin.isConfigured)
  const joins = place.isStoreShared && origin.isConfigured
  if (!isKnown && !isFirst && !joins) {
    throw new Error(unknownOrigin(origin, { path, known, isStoreShared: place.isStoreShared }))
  }
  if (!isRegistered) await store.records.put({ kind: ORIGIN_RECORD, id: origin.name, body: {} })
  if (origin.file !== 'kept') await writeSecretFile(path, `${origin.name}\n`)
}

/** Kind of the records that name the ledgers of a store, those without an event too. */
const ORIGIN_RECORD = 'origin'

interface Found {
  readonly path: string
  readonly known: readonly string[]
  readonly isStoreShared: boolean
}

function unknownOrigin(
  { name, file, isConfigured }: StatedOrigin,
  { path, known, isStoreShared }: Found,
): string {
  const what =
    file === 'kept'
      ? `${path} names the ledger ${name}`
      : isConfigured
        ? `the configuration names the ledger ${name}`
        : `${path}, which names this instance's ledger, is ${file}`
  if (known.length === 0) return `${what}. Restore it, or remove it to begin a ledger`
  const remove = file === 'kept' ? 'remove it and ' : ''
  const joining = isStoreShared ? '; a further instance gets a name of its own so too' : ''
  return (
    `${what}, but the store holds ${known.join(', ')}. Restore the file, or ${remove}name the ` +
    `ledger to go on with: --origin ${known[0]}${joining}`
  )
}

/**
 * The key that secrets in the store are encrypted with. It is a file next to the data, so a copy of
 * the store, such as a backup, gives no secret away. Instances that share a store need the same
 * file.
 *
 * @throws Error for a file that holds something else, and for a missing one when the store has
 *   what was encrypted with it: with another key nothing could be read.
 */
export async function readSecretKey(
  dataDirectory: string,
  records: Pick<RecordStore, 'load'>,
): Promise<Buffer> {
  const path = join(dataDirectory, SECRET_KEY_FILE)
  const kept = await readIfThere(path)
  if (kept !== undefined) {
    const isKey = kept.length === 2 * SECRET_BOX_KEY_BYTES && /^[0-9a-f]+$/.test(kept)
    if (isKey) return Buffer.from(kept, 'hex')
    const expected = `a key of ${SECRET_BOX_KEY_BYTES} bytes in hex`
    throw new Error(
      `${path} is ${kept === '' ? 'empty' : 'damaged'}: it holds ${expected}. ${RESTORE_KEY}`,
    )
  }
  if (await hasSealedRecords(records)) {
    throw new Error(`${path} is missing, but the store has what was sealed with it. ${RESTORE_KEY}`)
  }
  return makeSecretKey(dataDirectory)
}

/** Makes another key in place of the one that is there. What that one sealed opens no more. */
export async function makeSecretKey(dataDirectory: string): Promise<Buffer> {
  const key = randomBytes(SECRET_BOX_KEY_BYTES)
  await writeSecretFile(join(dataDirectory, SECRET_KEY_FILE), `${key.toString('hex')}\n`)
  return key
}

const RESTORE_KEY =
  'Restore it, or copy it from another instance on the same store; if it is lost, ' +
  '`waybill recover --secret-key` begins with a new one'

async function hasSealedRecords(records: Pick<RecordStore, 'load'>): Promise<boolean> {
  return (await hasInstanceKeys(records)) || (await records.load('access-key')).length > 0
}

/** The text of a file without blanks at its ends; undefined when there is no such file. */
async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
