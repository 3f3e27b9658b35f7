import { Fault } from '../../core/errors.ts'
import { pauseFor, repeat } from '../../core/retry.ts'
import { parseTimestamp } from '../../core/time/timestamp.ts'
import type { LedgerVerifier } from '../../ledger/verification/ledger-verifier.ts'
import type { BackgroundTask, TaskServices } from './background-task.ts'

/** Interval between checks whether a verification is due, in milliseconds. */
const LOOK_MS = 600_000
/** Share of the time that is spent reading rows; the rest is left to requests. */
const DUTY = 0.1
const DAY_MICROS = 86_400_000_000

/**
 * Verifies the whole ledger in the background, so that changed or damaged data is detected without
 * a request.
 *
 * @param everyDays how often; 0 for never.
 */
export function ledgerScrub(everyDays: number): BackgroundTask {
  return {
    name: 'ledger verification',
    run: (services, signal) =>
      repeat(
        async () => {
          const { verifier, clock } = services.context
          if (verifier === undefined || everyDays === 0) return 0
          const finished = parseTimestamp(verifier.latest().finishedAt) ?? 0
          if (clock() - finished >= everyDays * DAY_MICROS) await scrub(verifier, services, signal)
          return 0
        },
        () => LOOK_MS,
        signal,
      ),
  }
}

async function scrub(
  verifier: LedgerVerifier,
  { log }: TaskServices,
  signal: AbortSignal,
): Promise<void> {
  const run = verifier.verify()
  try {
    for (;;) {
      const startedMs = performance.now()
      const step = await run.next()
      if (step.done === true) {
        const { verdict, events, findings } = step.value
        if (verdict === 'consistent') log.info({ events }, 'the ledger was verified')
        else log.error({ verdict, findings }, 'the stored events do not match the ledger')
        return
      }
      await pauseFor((performance.now() - startedMs) * (1 / DUTY - 1), signal)
      if (signal.aborted) return
    }
  } catch (error) {
    // The store is down, or an operator is verifying: the next check tries again.
    if (!(error instanceof Fault)) throw error
    log.warn({ err: error }, 'the ledger could not be verified')
  } finally {
    await run.return(undefined as never)
  }
}
