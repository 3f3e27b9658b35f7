import { OWN_ACTOR } from '../../core/event/event.ts'
import { pauseFor } from '../../core/retry.ts'
import type { LedgerCheckpoints } from '../../ledger/checkpoint/ledger-checkpoints.ts'
import type { RoundAnswer, WitnessRounds } from '../../ledger/witness/witness-rounds.ts'
import type { BackgroundTask, TaskServices } from '../tasks/background-task.ts'

/**
 * Has the checkpoints of the ledger cosigned. Nothing waits for it: neither events nor checkpoints.
 *
 * @param everySeconds the pause from one checkpoint for the witnesses to the next.
 */
export function witnessTask(rounds: WitnessRounds, everySeconds: number): BackgroundTask {
  return {
    name: 'witnesses',
    async run(services, signal) {
      const { checkpoints } = services.context
      if (checkpoints === undefined) return
      while (!signal.aborted) {
        const startedMs = performance.now()
        await askAll(rounds, { checkpoints, services, signal })
        const tookMs = performance.now() - startedMs
        await pauseFor(Math.max(0, everySeconds * 1000 - tookMs), signal)
      }
    },
  }
}

interface Asking {
  readonly checkpoints: LedgerCheckpoints
  readonly services: TaskServices
  readonly signal: AbortSignal
}

async function askAll(
  rounds: WitnessRounds,
  { checkpoints, services, signal }: Asking,
): Promise<void> {
  const checkpoint = checkpoints.latest()
  if (checkpoint === undefined || checkpoint.size === 0) return
  try {
    const answers = await rounds.ask(
      {
        checkpoint,
        proofFrom: (size) => checkpoints.tiles.proof({ start: 0, end: size }, checkpoint.size),
        latestSize: () => checkpoints.latest()?.size ?? 0,
      },
      signal,
    )
    for (const answer of answers) await report(answer, services)
  } catch (error) {
    services.log.error(
      { err: error },
      'the witnesses could not be asked; the next round tries again',
    )
  }
}

/** Logs what changed. That a witness saw another history is an event too. */
async function report(
  { witness, answer, before, after }: RoundAnswer,
  { log, context }: TaskServices,
): Promise<void> {
  const { name } = witness
  if (after.problem === undefined) {
    if (before.problem !== undefined) log.info({ witness: name }, 'the witness cosigns again')
    return
  }
  if (answer.what !== 'contradicted') {
    const fact = { witness: name, problem: after.problem }
    if (before.problem !== after.problem) log.warn(fact, 'the witness did not cosign')
    return
  }
  if (before.isContradicted) return
  const message = `the witness ${name} saw another history of this ledger: ${after.problem}`
  log.error({ witness: name, problem: after.problem }, 'a witness saw another history')
  await context.audit.record({
    tenant: context.defaultTenant,
    actor: OWN_ACTOR,
    action: 'ledger.contradiction',
    outcome: 'failure',
    level: 'error',
    target: { type: 'ledger', name: context.ledger.status().origin },
    message,
    details: { witness: { name, verifierKey: witness.key.text, cosignedSize: after.size } },
    eventId: `witness/${witness.key.id.toString('hex')}/${after.size}`,
  })
}
