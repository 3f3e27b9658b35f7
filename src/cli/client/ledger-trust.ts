import { readFile } from 'node:fs/promises'
import { canonicalJson } from '../../core/event/canonical-json.ts'
import { type Checkpoint, parseCheckpoint } from '../../ledger/checkpoint/checkpoint.ts'
import { NoteError, verifyNote } from '../../ledger/checkpoint/signed-note.ts'
import { parseVerifierKey, type VerifierKey } from '../../ledger/checkpoint/verifier-key.ts'
import { parseTlogProof, type TlogProof } from '../../ledger/proof/tlog-proof.ts'
import { leafHash } from '../../ledger/tree/merkle-tree.ts'
import { CommandError } from '../command-error.ts'
import { fileError } from '../terminal/file-error.ts'

/**
 * The verifier keys in an option, which is a key or a file with one per line.
 *
 * @throws CommandError `usage` for anything else.
 */
export async function readKeys(option: string): Promise<readonly VerifierKey[]> {
  const text = option.includes('+') ? option : await textOf(option)
  return parseKeys(text, '--key')
}

/** @throws CommandError `usage` for a text with anything other than keys. */
export function parseKeys(text: string, what: string): readonly VerifierKey[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return parsed(what, () => lines.map(parseVerifierKey))
}

/** @throws CommandError `usage` for a file that is not a checkpoint. */
export async function readCheckpointFile(path: string): Promise<Checkpoint> {
  const text = await textOf(path)
  return parsed(path, () => parseCheckpoint(text))
}

/** @throws CommandError `usage` for a file that is not a proof of an event. */
export async function readProofFile(path: string): Promise<TlogProof> {
  const text = await textOf(path)
  return parsed(path, () => parseTlogProof(text))
}

/**
 * The leaf hash of an event in a JSON file, with or without its `seq`.
 *
 * @throws CommandError `usage` for a file that is not JSON.
 */
export async function leafOfFile(path: string): Promise<Uint8Array> {
  const text = await textOf(path)
  try {
    const { seq: _seq, ...event } = JSON.parse(text)
    return leafHash(canonicalJson(event))
  } catch (error) {
    throw new CommandError(`${path}: not an event`, { ending: 'usage', cause: error })
  }
}

function parsed<Value>(what: string, parse: () => Value): Value {
  try {
    return parse()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CommandError(`${what}: ${reason}`, { ending: 'usage', cause: error })
  }
}

/** Why a checkpoint is not trusted; undefined when one of the keys of its log signed it. */
export function untrusted(
  checkpoint: Checkpoint,
  keys: readonly VerifierKey[],
): string | undefined {
  try {
    const signed = verifyNote(checkpoint.note, keys)
    const isOwn = signed.some(({ key }) => key.name === checkpoint.logName)
    return isOwn ? undefined : `no known key signed the checkpoint of ${checkpoint.logName}`
  } catch (error) {
    if (error instanceof NoteError) return error.message
    throw error
  }
}

/** The text of a file. @throws CommandError when it cannot be read. */
export async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw fileError(path, error)
  }
}
