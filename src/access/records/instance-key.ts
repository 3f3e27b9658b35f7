import { randomBytes } from 'node:crypto'
import { isMembers } from '../../core/json/json.ts'
import { createSecretBox } from '../tokens/secret-box.ts'
import type { RecordStore } from './record-store.ts'
import { unreadableRecord } from './record-table.ts'

const RECORD_KIND = 'instance'
const KEY_BYTES = 32
const BOX_PURPOSE = 'instance keys'

const INSTANCE_KEYS = ['cursor-key', 'export-link-key', 'token-key'] as const

/** The keys of an installation: of page cursors, of links to exports, of signed tokens. */
export type InstanceKeyName = (typeof INSTANCE_KEYS)[number]

/**
 * Reads a key that all instances on one store share, and creates it at the first start. It lies in
 * the store, sealed under the secret key: a copy of the store, such as a backup, gives no key away.
 *
 * Every instance proposes a random key, and uses the one that the store has then: of instances that
 * start at the same moment, one creates the record, and the others never see their own proposals
 * again. Nothing is signed before. An instance whose secret key is another one than that of the
 * instance which created the record does not start.
 *
 * @param secretKey what `readSecretKey` answers.
 * @throws Error when the key was sealed with another secret key; Fault `store.unavailable`.
 */
export async function readInstanceKey(
  records: Pick<RecordStore, 'create'>,
  secretKey: Uint8Array,
  name: InstanceKeyName,
): Promise<Buffer> {
  const { body } = await records.create(newKey(secretKey, name))
  const sealed = isMembers(body) ? body['sealedKey'] : undefined
  if (typeof sealed !== 'string') throw unreadableRecord(RECORD_KIND, name, 'it has no sealedKey')
  const [keptName, hex = ''] =
    createSecretBox(secretKey, BOX_PURPOSE).open(sealed)?.split(' ') ?? []
  const key = Buffer.from(hex, 'hex')
  if (keptName === name && key.length === KEY_BYTES) return key
  throw new Error(
    `the ${name} in the store is sealed with another secret-key than that of this data ` +
      'directory; all instances on one store need the same file secret-key: copy it from the ' +
      'instance that made it, or restore it',
  )
}

/** Whether the store holds keys that were sealed with a secret key. */
export async function hasInstanceKeys(records: Pick<RecordStore, 'load'>): Promise<boolean> {
  return (await records.load(RECORD_KIND)).length > 0
}

/** Replaces all keys, when the secret key that they were sealed with is lost. */
export async function replaceInstanceKeys(
  records: Pick<RecordStore, 'put'>,
  secretKey: Uint8Array,
): Promise<void> {
  for (const name of INSTANCE_KEYS) await records.put(newKey(secretKey, name))
}

/** Sealed together with its name: a record under another name opens to nothing. */
function newKey(secretKey: Uint8Array, name: InstanceKeyName) {
  const text = `${name} ${randomBytes(KEY_BYTES).toString('hex')}`
  const sealedKey = createSecretBox(secretKey, BOX_PURPOSE).seal(text)
  return { kind: RECORD_KIND, id: name, body: { sealedKey } }
}
