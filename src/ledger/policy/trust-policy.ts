import { type SignedNote, verifyNote } from '../checkpoint/signed-note.ts'
import type { VerifierKey } from '../checkpoint/verifier-key.ts'

/** Whom to trust about checkpoints: logs, witnesses, and how many of these (C2SP tlog-policy). */
export interface TrustPolicy {
  /** The keys of the logs; empty when they are known from elsewhere. */
  readonly logs: readonly VerifierKey[]
  readonly witnesses: readonly PolicyWitness[]
  /** What has to cosign a checkpoint; undefined for `quorum none`. */
  readonly quorum: QuorumMember | undefined
}

/** A witness, which cosigns checkpoints of logs. */
export interface PolicyWitness {
  /** Its name in the policy. */
  readonly name: string
  readonly key: VerifierKey
  /** Where it takes checkpoints: its submission prefix. */
  readonly url: URL | undefined
}

/** A witness, or a group that has a threshold. */
export type QuorumMember = PolicyWitness | WitnessGroup

/** A group of witnesses and of groups. */
interface WitnessGroup {
  readonly name: string
  /** How many of the members have to cosign. */
  readonly threshold: number
  readonly members: readonly QuorumMember[]
}

/** That a witness cosigned a checkpoint. */
export interface Cosigning {
  readonly witness: PolicyWitness
  /** When, in seconds since 1970, by the clock of the witness. */
  readonly seconds: number
}

/**
 * The witnesses of a policy that cosigned a checkpoint, each once, with its latest time.
 * @throws NoteError when a line of a witness is not its signature.
 */
export function cosigningsOf(note: SignedNote, policy: TrustPolicy): readonly Cosigning[] {
  const keys = policy.witnesses.map(({ key }) => key)
  const verified = verifyNote(note, keys)
  return policy.witnesses.flatMap((witness) => {
    const times = verified.flatMap(({ key, seconds }) =>
      key === witness.key && seconds !== undefined ? [seconds] : [],
    )
    return times.length === 0 ? [] : [{ witness, seconds: Math.max(...times) }]
  })
}

/** Whether these cosignings are as many as the policy asks for. */
export function isQuorum({ quorum }: TrustPolicy, cosignings: readonly Cosigning[]): boolean {
  const cosigned = new Set<QuorumMember>(cosignings.map(({ witness }) => witness))
  return quorum === undefined || isReached(quorum, cosigned)
}

/** Whether they witness a checkpoint: `quorum none` asks for none, but none is no witness. */
export function isWitnessed(policy: TrustPolicy, cosignings: readonly Cosigning[]): boolean {
  return cosignings.length > 0 && isQuorum(policy, cosignings)
}

function isReached(member: QuorumMember, cosigned: ReadonlySet<QuorumMember>): boolean {
  if (!('members' in member)) return cosigned.has(member)
  const reached = member.members.filter((one) => isReached(one, cosigned))
  return reached.length >= member.threshold
}
