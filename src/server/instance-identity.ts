import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RecordStore } from '../access/record-store.ts'
import { SECRET_BOX_KEY_BYTES } from '../access/secret-box.ts'
import { writeSecretFile } from './secret-file.ts'

/** File of the data directory that holds the name of the instance's ledger. */
const ORIGIN_FILE = 'origin'
const ORIGIN_RANDOM_BYTES = 8
const CURSOR_KEY_BYTES = 32
/** File of the data directory that holds the key of everything that is kept encrypted. */
const SECRET_KEY_FILE = 'secret-key'

/**
 * The name of this instance's ledger: what the data directory says, else what the configuration
 * says, else a new one. It lies beside the data, not in the store, since instances share a store.
 *
 * Throws an error when the configuration contradicts the directory: with another origin the ledger
 * would be another one.
 */
export async function readOrigin(
  dataDirectory: string,
  configured: string | undefined,
): Promise<string> {
  const path = join(dataDirectory, ORIGIN_FILE)
  const kept = await readIfThere(path)
  if (kept !== undefined) {
    if (configured === undefined || configured === kept) return kept
    throw new Error(`the origin is ${kept} in ${path}, but ${configured} in the configuration`)
  }
  const origin = configured ?? `waybill-${randomBytes(ORIGIN_RANDOM_BYTES).toString('hex')}`
  await writeSecretFile(path, `${origin}\n`)
  return origin
}

/** The key of page cursors. It lies in the store: a cursor holds on every instance. */
export async function readCursorKey(records: RecordStore): Promise<Buffer> {
  const [kept] = (await records.load('instance')).filter(({ id }) => id === 'cursor-key')
  const hex = kept?.body['key']
  if (typeof hex === 'string') return Buffer.from(hex, 'hex')
  const key = randomBytes(CURSOR_KEY_BYTES)
  await records.put({ kind: 'instance', id: 'cursor-key', body: { key: key.toString('hex') } })
  return key
}

/**
 * The key that the secrets of access keys are encrypted with. It lies beside the data: who reads
 * the store, or a backup of it, has no secret. Instances that share a store need the same file.
 *
 * Throws an error for a file that holds something else: with another key nothing could be read.
 */
export async function readSecretKey(dataDirectory: string): Promise<Buffer> {
  const path = join(dataDirectory, SECRET_KEY_FILE)
  const kept = await readIfThere(path)
  if (kept !== undefined) {
    const isKey = kept.length === 2 * SECRET_BOX_KEY_BYTES && /^[0-9a-f]+$/.test(kept)
    if (isKey) return Buffer.from(kept, 'hex')
    throw new Error(`${path} does not hold a key of ${SECRET_BOX_KEY_BYTES} bytes in hex`)
  }
  const key = randomBytes(SECRET_BOX_KEY_BYTES)
  await writeSecretFile(path, `${key.toString('hex')}\n`)
  return key
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8')
    return text.trim() === '' ? undefined : text.trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
