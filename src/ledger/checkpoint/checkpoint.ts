import { HASH_BYTES } from '../tree/tile-shape.ts'
import { NoteError, parseNote, type SignedNote } from './signed-note.ts'

/** What a checkpoint states (C2SP tlog-checkpoint). */
export interface CheckpointBody {
  /** The name of the log: a URL without a scheme. */
  readonly logName: string
  readonly size: number
  /** RFC 9162 Merkle tree hash over the first `size` leaves. */
  readonly rootHash: Uint8Array
}

/** A checkpoint with its signatures. */
export interface Checkpoint extends CheckpointBody {
  readonly note: SignedNote
  /** The whole signed note, as it was published. */
  readonly text: string
}

/** The lines of a checkpoint, which are what is signed. */
export function checkpointText({ logName, size, rootHash }: CheckpointBody): string {
  return `${logName}\n${size}\n${Buffer.from(rootHash).toString('base64')}\n`
}

/** @throws NoteError for a text that is not a signed checkpoint. */
export function parseCheckpoint(text: string): Checkpoint {
  const note = parseNote(text)
  const [logName = '', digits = '', root = ''] = note.text.split('\n')
  const size = Number(digits)
  const rootHash = Buffer.from(root, 'base64')
  const isSize = /^(0|[1-9]\d*)$/.test(digits) && Number.isSafeInteger(size)
  const isRoot = rootHash.length === HASH_BYTES && rootHash.toString('base64') === root
  if (logName === '' || !isSize || !isRoot) throw new NoteError('the note is not a checkpoint')
  return { logName, size, rootHash, note, text }
}
