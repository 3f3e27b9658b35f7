import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RecordStore } from '../access/record-store.ts'
import { writeSecretFile } from './secret-file.ts'

/** File of the data directory that holds the name of the instance's ledger. */
const ORIGIN_FILE = 'origin'
const ORIGIN_RANDOM_BYTES = 8
const CURSOR_KEY_BYTES = 32

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

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8')
    return text.trim() === '' ? undefined : text.trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
