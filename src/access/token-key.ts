import { randomBytes } from 'node:crypto'
import type { RecordStore } from './record-store.ts'

const RECORD = { kind: 'instance', id: 'token-key' } as const
const KEY_BYTES = 32

/**
 * The key that signed tokens are signed with. It lies in the store, as the users do: a token holds
 * on every instance. Throws `store.unavailable`.
 */
export async function readTokenKey(records: RecordStore): Promise<Buffer> {
  const kept = await keptKey(records)
  if (kept !== undefined) return kept
  const key = randomBytes(KEY_BYTES)
  await records.put({ ...RECORD, body: { key: key.toString('hex') } })
  // Another instance may have made one at the same time: the last one stays.
  return (await keptKey(records)) ?? key
}

async function keptKey(records: RecordStore): Promise<Buffer | undefined> {
  const record = (await records.load(RECORD.kind)).find(({ id }) => id === RECORD.id)
  const hex = record?.body['key']
  const key = typeof hex === 'string' ? Buffer.from(hex, 'hex') : undefined
  return key?.length === KEY_BYTES ? key : undefined
}
