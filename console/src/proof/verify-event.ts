import { fromBase64 } from './bytes.ts'
import { canonicalEvent } from './canonical-json.ts'
import { type Checkpoint, parseCheckpoint, signerOf } from './checkpoint.ts'
import { parseEventProof } from './event-proof.ts'
import { isConsistent, isIncluded, leafHash } from './merkle-proof.ts'
import type { Trust, TrustStore } from './trust.ts'
import { parseVerifierKey, type VerifierKey } from './verifier-key.ts'

/** What the verification of an event asks the server for. */
export interface ProofReader {
  /** The file `ID.tlog-proof`. */
  readonly proof: () => Promise<string>
  /** The verifier keys, one per line; undefined if the reader may not see them. */
  readonly keys: () => Promise<string | undefined>
  /** Hashes in base64; undefined if the reader may not see them. */
  readonly consistency: (from: number, to: number) => Promise<readonly string[] | undefined>
}

/** What was found. */
export type Verdict =
  | {
      readonly kind: 'verified'
      readonly checkpoint: Checkpoint
      readonly index: number
      readonly keyText: string
      readonly pinnedAt: string
      readonly isFirstVisit: boolean
      /** Size of the checkpoint from an earlier visit that this one extends, if compared. */
      readonly comparedSize?: number
      /** Whether an earlier checkpoint exists that the reader may not compare with. */
      readonly isUncompared: boolean
    }
  /** Nothing is wrong, but nothing is proven. */
  | { readonly kind: 'unproven'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly otherKeys: readonly string[] }

/**
 * Checks that an event, exactly as it is shown, is in the signed ledger: against the key that this
 * browser pinned, and the newest checkpoint that it has seen. Both are remembered in `store`.
 *
 * @throws whatever the reader throws, such as ApiProblem.
 */
export async function verifyEvent(
  event: { readonly seq: number },
  reader: ProofReader,
  store: TrustStore,
): Promise<Verdict> {
  const text = await reader.proof()
  const known = store.read()
  const offered = await reader.keys()
  const trust = known ?? firstTrust(offered)
  if (trust === undefined) {
    return {
      kind: 'unproven',
      reason:
        'Your account may not read the key of the ledger. Ask for the scope ledger:read, or for ' +
        'the key.',
    }
  }
  const otherKeys = linesOf(offered).filter((key) => !trust.keys.includes(key))
  try {
    const proof = parseEventProof(text)
    const signer = trustedSigner(proof.checkpoint, trust)
    requireInclusion(event, proof)
    const compared = await compareWithSeen(proof.checkpoint, trust, reader)
    store.write({ ...trust, checkpoint: compared.newest })
    return {
      kind: 'verified',
      checkpoint: proof.checkpoint,
      index: proof.index,
      keyText: signer.text,
      pinnedAt: trust.pinnedAt,
      isFirstVisit: known === undefined,
      ...(compared.size !== undefined && { comparedSize: compared.size }),
      isUncompared: compared.isUncompared,
    }
  } catch (error) {
    if (!(error instanceof EvidenceError) && !isParseError(error)) throw error
    return { kind: 'failed', reason: sentence(messageOf(error)), otherKeys }
  }
}

/** Evidence that contradicts the event or what this browser has seen. */
class EvidenceError extends Error {}

/** Parsers throw plain errors; those of requests have a name of their own. */
function isParseError(error: unknown): boolean {
  return error instanceof Error && error.name === 'Error'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`
}

function firstTrust(offered: string | undefined): Trust | undefined {
  const keys = linesOf(offered)
  return keys.length === 0 ? undefined : { keys, pinnedAt: new Date().toISOString() }
}

function linesOf(text: string | undefined): readonly string[] {
  return (text ?? '').split('\n').filter((line) => line !== '')
}

function trustedSigner(checkpoint: Checkpoint, { keys }: Trust): VerifierKey {
  const signer = signerOf(checkpoint, keys.map(parseVerifierKey))
  if (signer !== undefined) return signer
  throw new EvidenceError('the checkpoint is not signed with a key that this browser has pinned')
}

function requireInclusion(
  event: { readonly seq: number },
  { index, hashes, checkpoint }: ReturnType<typeof parseEventProof>,
): void {
  if (index !== event.seq) {
    throw new EvidenceError(`the proof is of event ${index}, and this is event ${event.seq}`)
  }
  const { size, root } = checkpoint
  const leaf = leafHash(canonicalEvent(event))
  if (isIncluded({ index, size, leaf, root, hashes })) return
  throw new EvidenceError('the event as it is shown is not the one in the signed ledger')
}

interface Comparison {
  /** The checkpoint to remember. */
  readonly newest: string
  readonly size?: number
  readonly isUncompared: boolean
}

async function compareWithSeen(
  checkpoint: Checkpoint,
  trust: Trust,
  reader: ProofReader,
): Promise<Comparison> {
  if (trust.checkpoint === undefined) return { newest: checkpoint.text, isUncompared: false }
  const seen = parseCheckpoint(trust.checkpoint)
  if (seen.logName !== checkpoint.logName) {
    throw new EvidenceError(
      `this is the ledger ${checkpoint.logName}; this browser has seen ${seen.logName} here`,
    )
  }
  const [from, to] = seen.size <= checkpoint.size ? [seen, checkpoint] : [checkpoint, seen]
  const encoded =
    from.size === to.size || from.size === 0 ? [] : await reader.consistency(from.size, to.size)
  if (encoded === undefined) return { newest: trust.checkpoint, isUncompared: true }
  const hashes = encoded.map((hash) => fromBase64(hash) ?? new Uint8Array())
  if (isConsistent({ from, to, hashes })) {
    return { newest: to.text, size: seen.size, isUncompared: false }
  }
  throw new EvidenceError(
    `the ledger of ${checkpoint.size} events contradicts the one of ${seen.size} events that ` +
      'this browser saw earlier',
  )
}
