import { hkdfSync } from 'node:crypto'
import type { RecordStore } from '../record-store.ts'
import { createSecretBox } from './secret-box.ts'

const RECORD_KIND = 'instance'
const KEY_BYTES = 32
const BOX_PURPOSE = 'instance keys'

/** The keys of an installation: of page cursors, of links to exports, of signed tokens. */
export type InstanceKeyName = 'cursor-key' | 'export-link-key' | 'token-key'

/**
 * Reads a key that all instances on one store share, and makes it at the first start. It lies in
 * the store, sealed under the secret key: a copy of the store, such as a backup, gives no key away.
 * One that an older version left in clear is sealed.
 *
 * A new key is derived from the secret key. Instances that start together on one store therefore
 * make the same key, whichever writes last.
 *
 * @param secretKey what `readSecretKey` answers.
 * @throws Error when the key was sealed with another secret key; Fault `store.unavailable`.
 */
export async function readInstanceKey(
  records: RecordStore,
  secretKey: Uint8Array,
  name: InstanceKeyName,
): Promise<Buffer> {
  const box = createSecretBox(secretKey, BOX_PURPOSE)
  const kept = await records.get(RECORD_KIND, name)
  const sealed = kept?.body['sealedKey']
  if (typeof sealed === 'string') {
    // Sealed together with its name: a record under another name opens to nothing.
    const [keptName, hex = ''] = box.open(sealed)?.split(' ') ?? []
    if (keptName === name) return Buffer.from(hex, 'hex')
    throw new Error(otherSecretKey(name))
  }
  const clear = kept?.body['key']
  const key = typeof clear === 'string' ? Buffer.from(clear, 'hex') : derivedKey(secretKey, name)
  if (key.length !== KEY_BYTES) throw new Error(`the ${name} in the store has no 32 bytes`)
  const body = { sealedKey: box.seal(`${name} ${key.toString('hex')}`) }
  await records.put({ kind: RECORD_KIND, id: name, body })
  // The key in clear stays in the files until they are merged.
  if (clear !== undefined) await records.compact()
  return key
}

/** Whether the store holds keys that were sealed with a secret key. */
export async function hasSealedKeys(records: Pick<RecordStore, 'load'>): Promise<boolean> {
  const kept = await records.load(RECORD_KIND)
  return kept.some(({ body }) => typeof body['sealedKey'] === 'string')
}

/** Removes the keys that were sealed with a secret key which is lost; new ones are made. */
export async function forgetSealedKeys(records: RecordStore): Promise<void> {
  for (const { id, body } of await records.load(RECORD_KIND)) {
    if (typeof body['sealedKey'] === 'string') await records.remove(RECORD_KIND, id)
  }
}

function derivedKey(secretKey: Uint8Array, name: InstanceKeyName): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, '', `waybill new ${name}`, KEY_BYTES))
}

function otherSecretKey(name: InstanceKeyName): string {
  return (
    `the ${name} in the store is sealed with another secret-key than that of this data ` +
    'directory; all instances on one store need the same file secret-key: copy it from the ' +
    'instance that made it, or restore it'
  )
}
