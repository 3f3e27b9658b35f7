import { type Checkpoint, parseCheckpoint } from '../checkpoint/checkpoint.ts'
import { NoteError, verifyNote } from '../checkpoint/signed-note.ts'
import type { VerifierKey } from '../checkpoint/verifier-key.ts'
import {
  cosigningsOf,
  isWitnessed,
  type PolicyWitness,
  type TrustPolicy,
} from '../policy/trust-policy.ts'

/** A checkpoint and the cosignatures that it got, by the key of their witness. */
interface Cosigned {
  readonly checkpoint: Checkpoint
  readonly lines: ReadonlyMap<VerifierKey, string>
  /** The checkpoint with these lines. */
  readonly cosigned: Checkpoint
}

/**
 * The cosignatures of the checkpoint that witnesses were asked about last, and the latest
 * checkpoint that enough of them cosigned.
 */
export class CosignedCheckpoints {
  readonly #policy: TrustPolicy
  #asked: Cosigned | undefined
  #witnessed: Checkpoint | undefined

  /** @param kept the latest witnessed checkpoint, from disk. */
  constructor(policy: TrustPolicy, kept?: Checkpoint) {
    this.#policy = policy
    this.#witnessed = kept !== undefined && reachesQuorum(kept, policy) ? kept : undefined
    if (this.#witnessed !== undefined) this.#asked = readCosigned(this.#witnessed, policy)
  }

  /** The latest checkpoint that reaches the quorum, with the cosignatures that it got. */
  get witnessed(): Checkpoint | undefined {
    return this.#witnessed
  }

  /** Whether a witness cosigned just this checkpoint. */
  has(checkpoint: Checkpoint, { key }: PolicyWitness): boolean {
    return isSame(this.#asked?.checkpoint, checkpoint) && this.#asked?.lines.has(key) === true
  }

  /** Takes a verified cosignature. Those of an older checkpoint than before are of no use. */
  take(checkpoint: Checkpoint, { key }: PolicyWitness, line: string): void {
    const lines = new Map(isSame(this.#asked?.checkpoint, checkpoint) ? this.#asked?.lines : [])
    const cosigned = withLines(checkpoint, lines.set(key, line))
    this.#asked = { checkpoint, lines, cosigned }
    if (reachesQuorum(cosigned, this.#policy)) this.#witnessed = cosigned
  }

  /** The checkpoint with the cosignatures that it has. */
  cosigned(checkpoint: Checkpoint): Checkpoint {
    const asked = this.#asked
    if (asked === undefined || !isSame(asked.checkpoint, checkpoint)) return checkpoint
    const isTheVeryOne = asked.checkpoint.text === checkpoint.text
    return isTheVeryOne ? asked.cosigned : withLines(checkpoint, asked.lines)
  }
}

/**
 * Reads a checkpoint that was kept on disk; undefined for anything that is not signed by one of the
 * keys.
 */
export function readKeptCheckpoint(
  text: string,
  keys: readonly VerifierKey[],
): Checkpoint | undefined {
  try {
    const checkpoint = parseCheckpoint(text)
    return verifyNote(checkpoint.note, keys).length > 0 ? checkpoint : undefined
  } catch (error) {
    if (error instanceof NoteError) return undefined
    throw error
  }
}

function reachesQuorum({ note }: Checkpoint, policy: TrustPolicy): boolean {
  try {
    return isWitnessed(policy, cosigningsOf(note, policy))
  } catch (error) {
    if (error instanceof NoteError) return false
    throw error
  }
}

function readCosigned(checkpoint: Checkpoint, { witnesses }: TrustPolicy): Cosigned {
  const lines = new Map<VerifierKey, string>()
  for (const { name, keyId, line } of checkpoint.note.signatures) {
    const witness = witnesses.find(({ key }) => key.name === name && key.id.equals(keyId))
    if (witness !== undefined) lines.set(witness.key, line)
  }
  return { checkpoint, lines, cosigned: checkpoint }
}

/** Cosignatures are over the lines of a checkpoint, whatever keys of the log signed them. */
function isSame(one: Checkpoint | undefined, other: Checkpoint): boolean {
  return one?.note.text === other.note.text
}

function withLines({ text }: Checkpoint, lines: ReadonlyMap<VerifierKey, string>): Checkpoint {
  const missing = [...lines.values()].filter((line) => !text.includes(`${line}\n`))
  return parseCheckpoint(text + missing.map((line) => `${line}\n`).join(''))
}
