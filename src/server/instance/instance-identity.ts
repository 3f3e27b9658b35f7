import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasInstanceKeys } from '../../access/records/instance-key.ts'
import type { RecordStore } from '../../access/records/record-store.ts'
import { SECRET_BOX_KEY_BYTES } from '../../access/tokens/secret-box.ts'
import { SETTINGS } from '../../config/settings.ts'
import { ifThere, SECRET_MODE, writeDurably } from '../../core/files.ts'
import { isMembers } from '../../core/json/json.ts'
import type { Store } from '../../store/store.ts'

/** File in the data directory with the name of the instance's ledger. */
const ORIGIN_FILE = 'origin'
const ORIGIN_RANDOM_BYTES = 8
/** File in the data directory with the key for everything that is stored encrypted. */
export const SECRET_KEY_FILE = 'secret-key'

/** The name of an instance's ledger, before it was looked up in the store. */
export interface StatedOrigin {
  readonly name: string
  /** The state of the file in the data directory. */
  readonly file: 'kept' | 'missing' | 'empty' | 'damaged'
  /** Whether the name is configured. */
  readonly isConfigured: boolean
}

/**
 * The name of this instance's ledger: from the data directory, else from the configuration, else
 * new. It is kept in the data directory rather than in the store, because instances can share a
 * store. Nothing is written before `confirmOrigin`.
 *
 * @throws Error when file and configuration disagree.
 */
export async function readOrigin(
  dataDirectory: string,
  configured: string | undefined,
): Promise<StatedOrigin> {
  const path = join(dataDirectory, ORIGIN_FILE)
  const text = await textOf(path)
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
  throw new Error(`the origin in ${path} is ${kept}, but the configuration says ${configured}`)
}

/**
 * Confirms that the named ledger is this instance's, and saves its name. If the store has ledgers
 * but not this one, it is not a first start: the file is missing, truncated, or another instance's,
 * and earlier events would be taken for those of another instance.
 *
 * @throws Error that lists the ledgers of the store, and how to continue.
 */
export async function confirmOrigin(
  origin: StatedOrigin,
  store: Pick<Store, 'records' | 'writer'>,
  place: { readonly dataDirectory: string; readonly isStoreShared: boolean },
): Promise<void> {
  const path = join(place.dataDirectory, ORIGIN_FILE)
  const registered = (await store.records.load(ORIGIN_RECORD)).map(({ id }) => id)
  const isRegistered = registered.includes(origin.name)
  // This counts every event, as the start does again for the tree.
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
  if (origin.file !== 'kept') await writeOrigin(place.dataDirectory, origin.name)
}

/**
 * Names a ledger that succeeds another one in the store.
 *
 * @throws Error for a name that the store has already, unless it was named so before.
 */
export async function registerSuccessor(
  { records, writer }: Pick<Store, 'records' | 'writer'>,
  { origin, successor }: { readonly origin: string; readonly successor: string },
): Promise<void> {
  const registered = await records.get(ORIGIN_RECORD, successor)
  const isAgain = isMembers(registered?.body) && registered.body['predecessor'] === origin
  const isHeld = (await writer.holdings()).some((one) => one.origin === successor)
  if (successor === origin || isHeld || (registered !== undefined && !isAgain)) {
    throw new Error(`the store has a ledger ${successor} already; choose another name`)
  }
  await records.put({ kind: ORIGIN_RECORD, id: successor, body: { predecessor: origin } })
}

/** Writes the name of the ledger that the next start opens. */
export async function writeOrigin(dataDirectory: string, origin: string): Promise<void> {
  await writeDurably(join(dataDirectory, ORIGIN_FILE), `${origin}\n`, SECRET_MODE)
}

/** Kind of the records that name the ledgers of a store, including those without events. */
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
  if (known.length === 0) return `${what}. Restore the file, or remove it to start a new ledger`
  const remove = file === 'kept' ? 'remove it and ' : ''
  const joining = isStoreShared ? '; an additional instance also gets its name this way' : ''
  return (
    `${what}, but the store contains ${known.join(', ')}. Restore the file, or ${remove}name the ` +
    `ledger to continue: --origin ${known[0]}${joining}`
  )
}

/**
 * The key that encrypts secrets in the store. It is a file in the data directory, so that a copy of
 * the store, such as a backup, reveals no secret. Instances that share a store need the same file.
 *
 * @throws Error for a damaged file, and for a missing one when the store has data that was
 * encrypted with it, because another key could not read it.
 */
export async function readSecretKey(
  dataDirectory: string,
  records: Pick<RecordStore, 'load'>,
): Promise<Buffer> {
  const path = join(dataDirectory, SECRET_KEY_FILE)
  const kept = await textOf(path)
  if (kept !== undefined) {
    const isKey = kept.length === 2 * SECRET_BOX_KEY_BYTES && /^[0-9a-f]+$/.test(kept)
    if (isKey) return Buffer.from(kept, 'hex')
    const expected = `a key of ${SECRET_BOX_KEY_BYTES} bytes in hex`
    throw new Error(
      `${path} is ${kept === '' ? 'empty' : 'damaged'}: expected ${expected}. ${RESTORE_KEY}`,
    )
  }
  if (await hasSealedRecords(records)) {
    throw new Error(
      `${path} is missing, but the store has data that was encrypted with it. ${RESTORE_KEY}`,
    )
  }
  return makeSecretKey(dataDirectory)
}

/** Replaces the key with a new one. Data encrypted with the old key can no longer be read. */
export async function makeSecretKey(dataDirectory: string): Promise<Buffer> {
  const key = randomBytes(SECRET_BOX_KEY_BYTES)
  const path = join(dataDirectory, SECRET_KEY_FILE)
  await writeDurably(path, `${key.toString('hex')}\n`, SECRET_MODE)
  return key
}

const RESTORE_KEY =
  'Restore it, or copy it from another instance on the same store. If it is lost, create a new ' +
  'one with `waybill recover --secret-key`'

async function hasSealedRecords(records: Pick<RecordStore, 'load'>): Promise<boolean> {
  return (await hasInstanceKeys(records)) || (await records.load('access-key')).length > 0
}

/** The trimmed text of a file; undefined when there is no such file. */
async function textOf(path: string): Promise<string | undefined> {
  return (await ifThere(readFile(path, 'utf8')))?.trim()
}
