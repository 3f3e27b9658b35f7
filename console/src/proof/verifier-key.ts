import { sha256 } from '@noble/hashes/sha2.js'
import { areEqual, concatenated, fromBase64, toHex, utf8 } from './bytes.ts'

const ED25519 = 0x01
const PUBLIC_KEY_BYTES = 32
const KEY_ID_BYTES = 4
const VERIFIER_KEY = /^(?<name>[^\s+]+)\+(?<id>[0-9a-f]{8})\+(?<key>[A-Za-z0-9+/]+=*)$/

/** A key of C2SP signed notes. */
export interface VerifierKey {
  readonly name: string
  readonly id: Uint8Array
  readonly publicKey: Uint8Array
  /** As `name+id+key`. */
  readonly text: string
}

/** Reads a verifier key (vkey) of Ed25519. @throws Error for any other text. */
export function parseVerifierKey(text: string): VerifierKey {
  const { name, id, key } = VERIFIER_KEY.exec(text)?.groups ?? {}
  const typed = fromBase64(key ?? '')
  if (name === undefined || typed?.length !== 1 + PUBLIC_KEY_BYTES || typed[0] !== ED25519) {
    throw new Error('not a verifier key of Ed25519')
  }
  const keyId = sha256(concatenated(utf8(`${name}\n`), typed)).subarray(0, KEY_ID_BYTES)
  if (toHex(keyId) !== id) throw new Error(`the id of the verifier key ${name} is wrong`)
  return { name, id: keyId, publicKey: typed.subarray(1), text }
}

/** Whether a key is the one that a line of signature names. */
export function isKeyOf(
  key: VerifierKey,
  line: { readonly name: string; readonly keyId: Uint8Array },
): boolean {
  return key.name === line.name && areEqual(key.id, line.keyId)
}
