import { doubling, JITTER } from '../../core/retry.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { PolicyWitness, TrustPolicy } from '../policy/trust-policy.ts'
import { CosignedCheckpoints } from './cosigned-checkpoints.ts'
import {
  askCosignedSize,
  askWitness,
  type ReachableWitness,
  type WitnessAnswer,
  type WitnessClientOptions,
} from './witness-client.ts'

/** Longest pause before a witness that failed is asked again, in milliseconds. */
const RETRY_MS_MAX = 600_000

/** What is known of a witness. */
export interface WitnessState {
  /** Its name in the policy. */
  readonly name: string
  /** The size that it cosigned last; 0 when none is known. */
  readonly size: number
  /** When it cosigned last, in seconds since 1970. */
  readonly cosignedSeconds: number | undefined
  /** Failures since it cosigned last. */
  readonly failures: number
  /** Why it did not cosign; undefined after a success. */
  readonly problem: string | undefined
  /** Whether it cosigned another history than that of the ledger. */
  readonly isContradicted: boolean
}

/** What outlives the process. */
export interface KeptWitnesses {
  /** The latest witnessed checkpoint. */
  readonly checkpoint: Checkpoint | undefined
  readonly witnesses: readonly {
    /** Its verifier key. */
    readonly key: string
    readonly size: number
    readonly cosignedSeconds: number | undefined
  }[]
}

/** What rounds need. */
export interface WitnessRoundsOptions {
  readonly policy: TrustPolicy
  readonly kept: KeptWitnesses
  /** Keeps what changed on disk. */
  readonly save: (kept: KeptWitnesses) => Promise<void>
  readonly client: WitnessClientOptions
  /** Pause after the first failure of a witness, in milliseconds; further ones double. */
  readonly retryMs: number
}

/** A checkpoint to be cosigned, and what proves it. */
interface Round {
  readonly checkpoint: Checkpoint
  /** The hashes that prove that the checkpoint continues an older size. */
  readonly proofFrom: (oldSize: number) => Promise<readonly Uint8Array[]>
  /** The size of the latest checkpoint by now: others may have shown it to a witness. */
  readonly latestSize: () => number
}

/** How a witness answered in a round. */
export interface RoundAnswer {
  readonly witness: PolicyWitness
  readonly answer: WitnessAnswer
  /** The state of the witness before and after. */
  readonly before: WitnessState
  readonly after: WitnessState
}

/**
 * Asks the witnesses of a policy, all about the same checkpoint, because a quorum has to cosign one
 * and the same. Rounds follow each other; a witness that fails misses some of them.
 */
export class WitnessRounds {
  readonly policy: TrustPolicy
  readonly #options: WitnessRoundsOptions
  readonly #cosigned: CosignedCheckpoints
  readonly #states = new Map<PolicyWitness, WitnessState>()
  /** When a witness that failed may be asked again, ms as of `performance.now`. */
  readonly #notBeforeMs = new Map<PolicyWitness, number>()
  readonly #backOff: (failures: number) => number

  constructor(options: WitnessRoundsOptions) {
    const { policy, kept } = options
    this.#options = options
    this.policy = policy
    this.#cosigned = new CosignedCheckpoints(policy, kept.checkpoint)
    this.#backOff = doubling(options.retryMs, RETRY_MS_MAX, JITTER)
    for (const witness of policy.witnesses) {
      const known = kept.witnesses.find(({ key }) => key === witness.key.text)
      this.#states.set(witness, {
        ...{ name: witness.name, size: known?.size ?? 0, failures: 0, isContradicted: false },
        ...{ cosignedSeconds: known?.cosignedSeconds, problem: undefined },
      })
    }
  }

  /** The latest checkpoint that enough witnesses cosigned. */
  get witnessed(): Checkpoint | undefined {
    return this.#cosigned.witnessed
  }

  /** The checkpoint with the cosignatures that it has. */
  cosigned(checkpoint: Checkpoint): Checkpoint {
    return this.#cosigned.cosigned(checkpoint)
  }

  /** What is known of each witness, in the order of the policy. */
  states(): readonly WitnessState[] {
    return [...this.#states.values()]
  }

  /**
   * The greatest size that a witness cosigned, as far as the witnesses say so in time, or it is
   * known from before. A ledger that is smaller was restored, or lost events.
   * @param checkpoint any that was signed for the ledger.
   */
  async readBack(
    checkpoint: Checkpoint,
    waitMsMax: number,
  ): Promise<{ readonly size: number; readonly witness: string } | undefined> {
    const { client } = this.#options
    const { signal } = new AbortController()
    await Promise.all(
      this.policy.witnesses.filter(isReachable).map(async (witness) => {
        const options = { ...client, answerMsMax: waitMsMax, signal }
        const size = await askCosignedSize(witness, checkpoint, options)
        const state = this.#states.get(witness)
        if (state !== undefined && size !== undefined) this.#states.set(witness, { ...state, size })
      }),
    )
    const [first] = this.states().toSorted((one, other) => other.size - one.size)
    return first === undefined ? undefined : { size: first.size, witness: first.name }
  }

  /**
   * Asks each witness that may be asked and did not cosign the checkpoint yet.
   * @returns the answers that came. Rejects when a proof cannot be made, or nothing can be saved.
   */
  async ask(round: Round, signal: AbortSignal): Promise<readonly RoundAnswer[]> {
    const answers = await Promise.all(
      this.policy.witnesses.map((witness) => this.#askOne(witness, round, signal)),
    )
    const given = answers.filter((answer) => answer !== undefined)
    if (given.some(({ answer: { what } }) => what === 'cosigned')) await this.#save()
    return given
  }

  async #askOne(
    witness: PolicyWitness,
    { checkpoint, proofFrom, latestSize }: Round,
    signal: AbortSignal,
  ): Promise<RoundAnswer | undefined> {
    const before = this.#states.get(witness)
    const isTooEarly = (this.#notBeforeMs.get(witness) ?? 0) > performance.now()
    if (before === undefined || !isReachable(witness) || isTooEarly) return undefined
    if (this.#cosigned.has(checkpoint, witness)) return undefined
    const oldSize = Math.min(before.size, checkpoint.size)
    const submission = { checkpoint, oldSize, proofFrom }
    const given = await askWitness(witness, submission, { ...this.#options.client, signal })
    if (signal.aborted) return undefined
    const answer = judged(given, latestSize())
    if (answer.what === 'cosigned') this.#cosigned.take(checkpoint, witness, answer.line)
    const after = stateAfter(before, answer, checkpoint.size)
    this.#states.set(witness, after)
    const waitMs = after.failures === 0 ? 0 : this.#backOff(after.failures)
    this.#notBeforeMs.set(witness, performance.now() + waitMs)
    return { witness, answer, before, after }
  }

  async #save(): Promise<void> {
    await this.#options.save({
      checkpoint: this.witnessed,
      witnesses: [...this.#states].map(([{ key }, { size, cosignedSeconds }]) => ({
        ...{ key: key.text, size, cosignedSeconds },
      })),
    })
  }
}

function isReachable(witness: PolicyWitness): witness is PolicyWitness & ReachableWitness {
  return witness.url !== undefined
}

/** A witness that is ahead of everything that was signed here saw another history. */
function judged(answer: WitnessAnswer, latestSize: number): WitnessAnswer {
  if (answer.what !== 'ahead' || answer.size <= latestSize) return answer
  const problem = `it cosigned ${answer.size} events, and ${latestSize} are signed here`
  return { what: 'contradicted', problem }
}

function stateAfter(before: WitnessState, answer: WitnessAnswer, size: number): WitnessState {
  const well = { ...before, failures: 0, problem: undefined, isContradicted: false }
  switch (answer.what) {
    case 'cosigned':
      return { ...well, size, cosignedSeconds: answer.seconds }
    case 'ahead':
      return { ...well, size: answer.size }
    default: {
      const isContradicted = before.isContradicted || answer.what === 'contradicted'
      const failures = before.failures + 1
      return { ...before, failures, problem: answer.problem, isContradicted }
    }
  }
}
