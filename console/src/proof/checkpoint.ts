import { hashes, verify } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { fromBase64, utf8 } from './bytes.ts'
import { HASH_BYTES } from './merkle-proof.ts'
import { isKeyOf, type VerifierKey } from './verifier-key.ts'

const NOTE_LENGTH_MAX = 64 * 1024
const SIGNATURES_MAX = 64
const KEY_ID_BYTES = 4
const SIGNATURE_BYTES = 64
const SIGNATURE_LINE = /^— (?<name>[^\s+]+) (?<encoded>[A-Za-z0-9+/]+=*)$/

interface SignatureLine {
  readonly name: string
  readonly keyId: Uint8Array
  readonly signature: Uint8Array
}

/** A signed statement of the size and the root of a ledger (C2SP tlog-checkpoint). */
export interface Checkpoint {
  readonly logName: string
  readonly size: number
  readonly root: Uint8Array
  /** What is signed, with its last line feed. */
  readonly signed: string
  readonly signatures: readonly SignatureLine[]
  /** The whole note. */
  readonly text: string
}

/** @throws Error for a text that is not a signed checkpoint. */
export function parseCheckpoint(text: string): Checkpoint {
  const split = text.lastIndexOf('\n\n')
  if (text.length > NOTE_LENGTH_MAX || split < 0 || !text.endsWith('\n')) {
    throw new Error('the checkpoint is not a signed note')
  }
  const signed = text.slice(0, split + 1)
  const lines = text.slice(split + 2, -1).split('\n')
  if (lines.length > SIGNATURES_MAX) throw new Error('the checkpoint has too many signatures')
  const [logName = '', digits = '', encodedRoot = ''] = signed.split('\n')
  const size = Number(digits)
  const root = fromBase64(encodedRoot)
  const isSize = /^(?:0|[1-9]\d*)$/.test(digits) && Number.isSafeInteger(size)
  if (logName === '' || !isSize || root?.length !== HASH_BYTES) {
    throw new Error('the checkpoint does not state a ledger, its size and its root')
  }
  return { logName, size, root, signed, text, signatures: lines.map(parseSignature) }
}

/**
 * Whether one of the keys signed a checkpoint.
 * @throws Error when a line that names one of the keys is not its signature.
 */
export function signerOf(
  { signatures, signed }: Checkpoint,
  keys: readonly VerifierKey[],
): VerifierKey | undefined {
  let signer: VerifierKey | undefined
  for (const line of signatures) {
    const key = keys.find((one) => isKeyOf(one, line))
    if (key === undefined) continue
    if (!isSignature(line.signature, signed, key)) {
      throw new Error(`the signature of ${line.name} does not hold`)
    }
    signer = key
  }
  return signer
}

function isSignature(signature: Uint8Array, text: string, { publicKey }: VerifierKey): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false
  // Web Crypto is missing on plain HTTP, so the package gets a hash function of its own.
  hashes.sha512 = sha512
  return verify(signature, utf8(text), publicKey, { zip215: false })
}

function parseSignature(line: string): SignatureLine {
  const { name = '', encoded = '' } = SIGNATURE_LINE.exec(line)?.groups ?? {}
  const bytes = fromBase64(encoded)
  if (bytes === undefined || bytes.length <= KEY_ID_BYTES) {
    throw new Error('a line of the checkpoint is not a signature')
  }
  return { name, keyId: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) }
}
