import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'

/** The kinds of keys of signed notes that are known here, by their byte (C2SP signed-note). */
export const KEY_TYPES = { ed25519: 0x01, cosignature: 0x04 } as const

const PUBLIC_KEY_BYTES = 32
const KEY_ID_BYTES = 4
/** The prefix of the 32 bytes of an Ed25519 key in its SPKI form (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const VERIFIER_KEY = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/

/** Checks signatures of one key of signed notes. */
export interface VerifierKey {
  readonly name: string
  /** First four bytes of SHA-256 over name, line feed, type and public key. */
  readonly id: Buffer
  readonly type: number
  readonly publicKey: KeyObject
  /** As `name+id+key`, which is how verifier keys are handed to checkers. */
  readonly text: string
}

/** The verifier key of an Ed25519 public key under a name. */
export function verifierKeyOf(
  name: string,
  publicKey: KeyObject,
  type: number = KEY_TYPES.ed25519,
): VerifierKey {
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length)
  return described(name, type, raw)
}

/**
 * Reads a verifier key (vkey) of C2SP signed notes.
 * @throws Error for another text, for an id that is not that of the key, and for an unknown type.
 */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', id = '', encoded = ''] = VERIFIER_KEY.exec(text.trim()) ?? []
  const bytes = Buffer.from(encoded, 'base64')
  const [type = 0] = bytes
  const isKnown = Object.values<number>(KEY_TYPES).includes(type)
  if (name === '' || !isKnown || bytes.length !== 1 + PUBLIC_KEY_BYTES) {
    throw new Error(`not a verifier key of Ed25519: ${JSON.stringify(text)}`)
  }
  const key = described(name, type, bytes.subarray(1))
  if (key.id.toString('hex') !== id) throw new Error(`the id of the verifier key ${name} is wrong`)
  return key
}

/** Whether a signature of 64 bytes over a text is of the key. Never throws. */
export function isSignedBy(key: VerifierKey, text: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, text, key.publicKey, signature)
}

function described(name: string, type: number, raw: Uint8Array): VerifierKey {
  const typed = Buffer.concat([Buffer.of(type), raw])
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'buffer')
  const shortId = id.subarray(0, KEY_ID_BYTES)
  return {
    name,
    type,
    id: shortId,
    publicKey: createPublicKey({
      key: Buffer.concat([SPKI_PREFIX, raw]),
      format: 'der',
      type: 'spki',
    }),
    text: `${name}+${shortId.toString('hex')}+${typed.toString('base64')}`,
  }
}
