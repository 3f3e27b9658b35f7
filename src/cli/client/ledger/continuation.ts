import type { Checkpoint } from '../../../ledger/checkpoint/checkpoint.ts'
import type { VerifierKey } from '../../../ledger/checkpoint/verifier-key.ts'
import { verifySubtreeProof } from '../../../ledger/proof/subtree-proof.ts'
import { untrusted } from '../ledger-trust.ts'
import { type Ask, jsonOf } from '../server-client.ts'

/**
 * Why a ledger cannot continue older checkpoints, whatever its events are: a signature, or a
 * smaller size. Undefined when it can.
 */
export function refusal({ checkpoint, keys, kept }: Known): string | undefined {
  const problem = untrusted(checkpoint, keys)
  if (problem !== undefined) return problem
  for (const older of kept) {
    const strange = untrusted(older, keys)
    if (strange !== undefined) return `an older checkpoint: ${strange}`
    if (older.size > checkpoint.size) {
      return `the ledger had ${older.size} events, but now has ${checkpoint.size}`
    }
  }
  return undefined
}

/**
 * Why a server's ledger does not continue older checkpoints; undefined when it does. The server
 * makes the proof of its events, so an altered event may be the reason.
 */
export async function divergence(
  ask: Ask,
  { checkpoint, kept }: Pick<Known, 'checkpoint' | 'kept'>,
): Promise<string | undefined> {
  for (const older of kept) {
    if (!(await isContinuation(ask, older, checkpoint))) {
      return `the first ${older.size} events are not those of an older checkpoint`
    }
  }
  return undefined
}

/** A checkpoint of a server, and what is known of its ledger from elsewhere. */
interface Known {
  readonly checkpoint: Checkpoint
  readonly keys: readonly VerifierKey[]
  /** Older checkpoints: saved ones, and one that witnesses cosigned. */
  readonly kept: readonly Checkpoint[]
}

async function isContinuation(ask: Ask, older: Checkpoint, newer: Checkpoint): Promise<boolean> {
  if (older.size === 0) return true
  if (older.size === newer.size) return isSameTree(older, newer)
  const query = new URLSearchParams({ from: String(older.size), to: String(newer.size) })
  const { hashes } = await jsonOf(await ask({ path: 'v1/ledger/consistency', query }))
  const proof = Array.isArray(hashes)
    ? hashes.map((hash) => Buffer.from(String(hash), 'base64'))
    : []
  const range = { start: 0, end: older.size, hash: older.rootHash }
  return verifySubtreeProof({ ...range, size: newer.size, root: newer.rootHash, proof })
}

/** Whether two checkpoints are over the same events. */
export function isSameTree(one: Checkpoint, other: Checkpoint): boolean {
  return one.size === other.size && Buffer.compare(one.rootHash, other.rootHash) === 0
}
