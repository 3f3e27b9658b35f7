import { readFile } from 'node:fs/promises'
import { formatTimestamp } from '../../../core/time/timestamp.ts'
import { type Checkpoint, parseCheckpoint } from '../../../ledger/checkpoint/checkpoint.ts'
import { NoteError } from '../../../ledger/checkpoint/signed-note.ts'
import type { VerifierKey } from '../../../ledger/checkpoint/verifier-key.ts'
import { PolicyError, parsePolicy } from '../../../ledger/policy/parse-policy.ts'
import { cosigningsOf, isWitnessed, type TrustPolicy } from '../../../ledger/policy/trust-policy.ts'
import { CommandError } from '../../command-error.ts'
import { fileError } from '../../terminal/file-error.ts'
import { untrusted } from '../ledger-trust.ts'
import { type Ask, ServerError } from '../server-client.ts'

/** How far ahead of this machine the clock of a witness may be, in seconds. */
const CLOCK_AHEAD_SECONDS_MAX = 600

/** What the witnesses of a policy say about a checkpoint. */
export interface Witnessed {
  /** The size of the checkpoint. */
  readonly size: number
  /** How many witnesses the policy names. */
  readonly of: number
  readonly cosignatures: readonly {
    /** Name of the witness in the policy. */
    readonly name: string
    /** RFC 3339. */
    readonly cosignedAt: string
  }[]
  /** Whether the cosignatures are as many as the policy asks for, and at least one. */
  readonly isQuorum: boolean
}

/** @throws CommandError `usage` for a file that is not a policy. */
export async function readPolicyFile(path: string): Promise<TrustPolicy> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw fileError(path, error)
  }
  try {
    return parsePolicy(bytes)
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    throw new CommandError(`${path}: ${error.message}`, { ending: 'usage', cause: error })
  }
}

/**
 * The latest checkpoint of a server that enough witnesses cosigned; undefined without one, and for
 * one that only other keys signed, which the ledger has replaced since.
 */
export async function witnessedCheckpoint(
  ask: Ask,
  keys: readonly VerifierKey[],
): Promise<Checkpoint | undefined> {
  try {
    const answer = await ask({ path: 'v1/ledger/checkpoint/witnessed' })
    const checkpoint = parseCheckpoint(await answer.text())
    return untrusted(checkpoint, keys) === undefined ? checkpoint : undefined
  } catch (error) {
    if (error instanceof ServerError && error.status === 404) return undefined
    throw error
  }
}

/**
 * What witnesses cosigned: the first checkpoint that reaches the quorum, else the first of all. A
 * text when a signature of a witness does not hold.
 */
export function bestWitnessed(
  checkpoints: readonly [Checkpoint, ...(Checkpoint | undefined)[]],
  policy: TrustPolicy,
): Witnessed | string {
  const [first, ...others] = checkpoints
  let best = witnessedBy(first, policy)
  for (const checkpoint of others) {
    if (typeof best === 'string' || best.isQuorum) return best
    const next = checkpoint && witnessedBy(checkpoint, policy)
    if (typeof next === 'string' || next?.isQuorum === true) best = next
  }
  return best
}

function witnessedBy({ note, size }: Checkpoint, policy: TrustPolicy): Witnessed | string {
  const latestSeconds = Date.now() / 1000 + CLOCK_AHEAD_SECONDS_MAX
  try {
    const cosignings = cosigningsOf(note, policy).filter(({ seconds }) => seconds <= latestSeconds)
    return {
      size,
      of: policy.witnesses.length,
      cosignatures: cosignings.map(({ witness: { name }, seconds }) => ({
        ...{ name, cosignedAt: formatTimestamp(seconds * 1_000_000) },
      })),
      isQuorum: isWitnessed(policy, cosignings),
    }
  } catch (error) {
    if (error instanceof NoteError) return error.message
    throw error
  }
}

/** The lines that say so. */
export function witnessedLines({ size, of, cosignatures, isQuorum }: Witnessed): readonly string[] {
  const lines = cosignatures.map(
    ({ name, cosignedAt }) => `${name} cosigned ${size} events at ${cosignedAt}`,
  )
  const count = `${cosignatures.length} of ${of} witnesses cosigned`
  const reached = isQuorum ? 'the quorum is reached' : 'the quorum is not reached'
  return [...lines, `${count}: ${reached}`]
}
