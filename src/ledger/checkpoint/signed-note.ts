import { isSignedBy, KEY_TYPES, type VerifierKey } from './verifier-key.ts'

/** Most signatures of a note that are read; the specification asks for 16 at least. */
export const NOTE_SIGNATURES_MAX = 64
/** Most bytes of a note that is read. */
const NOTE_BYTES_MAX = 64 * 1024

const SIGNATURE_LINE = /^— ([^\s+]+) ([A-Za-z0-9+/]+=*)$/
const KEY_ID_BYTES = 4
const ED25519_BYTES = 64
const TIME_BYTES = 8

/** A line under a signed note. */
interface NoteSignature {
  readonly name: string
  /** Id of the key, 4 bytes. */
  readonly keyId: Buffer
  /** What follows the id: for Ed25519 the 64 bytes of the signature. */
  readonly signature: Buffer
  /** The line itself, without its line feed. */
  readonly line: string
}

/** A text with signatures (C2SP signed-note). */
export interface SignedNote {
  /** With its last line feed: what is signed. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** Why a text is no signed note, or why one is not trusted. */
export class NoteError extends Error {}

/** @throws NoteError for a text that is not a signed note. */
export function parseNote(note: string): SignedNote {
  if (Buffer.byteLength(note) > NOTE_BYTES_MAX) throw new NoteError('the note is too large')
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) throw new NoteError('the note has no signatures')
  const text = note.slice(0, split + 1)
  if (/[^\n\P{Cc}]/u.test(note)) throw new NoteError('the note has control characters')
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > NOTE_SIGNATURES_MAX) throw new NoteError('the note has too many signatures')
  return { text, signatures: lines.map(parseSignature) }
}

/** The line that carries a signature. */
export function signatureLine(
  key: Pick<VerifierKey, 'name' | 'id'>,
  signature: Uint8Array,
): string {
  return `— ${key.name} ${Buffer.concat([key.id, signature]).toString('base64')}`
}

/** A note of its text, which ends with a line feed, and its signature lines. */
export function noteOf(text: string, lines: readonly string[]): string {
  return `${text}\n${lines.map((line) => `${line}\n`).join('')}`
}

/** A signature that holds, and of a cosignature when it was made, in seconds since 1970. */
export interface VerifiedSignature {
  readonly key: VerifierKey
  readonly seconds?: number
}

/**
 * The signatures of known keys. Lines of unknown keys are skipped.
 * @throws NoteError when a line of a known key is not its signature.
 */
export function verifyNote(
  note: SignedNote,
  keys: readonly VerifierKey[],
): readonly VerifiedSignature[] {
  return note.signatures.flatMap((line) => {
    const key = keys.find(({ name, id }) => name === line.name && id.equals(line.keyId))
    if (key === undefined) return []
    const verified =
      key.type === KEY_TYPES.cosignature
        ? verifyCosignature(note, key, line.signature)
        : verifyOwn(note, key, line.signature)
    if (verified === undefined) throw new NoteError(`the signature of ${line.name} does not hold`)
    return [verified]
  })
}

function verifyOwn(
  { text }: SignedNote,
  key: VerifierKey,
  signature: Buffer,
): VerifiedSignature | undefined {
  if (signature.length !== ED25519_BYTES) return undefined
  return isSignedBy(key, Buffer.from(text), signature) ? { key } : undefined
}

/** C2SP tlog-cosignature v1: 8 bytes of time, then the signature over a header and the note. */
function verifyCosignature(
  { text }: SignedNote,
  key: VerifierKey,
  signature: Buffer,
): VerifiedSignature | undefined {
  if (signature.length !== TIME_BYTES + ED25519_BYTES) return undefined
  const seconds = Number(signature.readBigUInt64BE(0))
  const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`)
  const isHeld = isSignedBy(key, message, signature.subarray(TIME_BYTES))
  return isHeld ? { key, seconds } : undefined
}

function parseSignature(line: string): NoteSignature {
  const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? []
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length <= KEY_ID_BYTES) throw new NoteError('a line of the note is no signature')
  return {
    name,
    line,
    keyId: bytes.subarray(0, KEY_ID_BYTES),
    signature: bytes.subarray(KEY_ID_BYTES),
  }
}
