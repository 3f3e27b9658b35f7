import { pauseFor, repeat } from '../../core/retry.ts'
import { parseTimestamp } from '../../core/time/timestamp.ts'
import type { LedgerStatements } from '../../ledger/statement/ledger-statements.ts'
import type { BackgroundTask, TaskServices } from './background-task.ts'

/** Interval between checks whether statements are due, in milliseconds. */
const LOOK_MS = 30_000
/** Pause after statements that could not be made, in milliseconds. */
const FAILURE_MS = 600_000
/** Share of the time that is spent reading events; the rest is left to requests. */
const DUTY = 0.2
const MINUTE_MICROS = 60_000_000

/**
 * Makes the statements of all tenants in the background.
 *
 * @param everyMinutes how often; 0 for never.
 */
export function ledgerStatements(everyMinutes: number): BackgroundTask {
  return {
    name: 'ledger statements',
    async run(services, signal) {
      const { statements, clock } = services.context
      if (statements === undefined || everyMinutes === 0) return
      const isDue = () => {
        const finished = parseTimestamp(statements.latestRun().finishedAt) ?? 0
        return clock() - finished >= everyMinutes * MINUTE_MICROS
      }
      await repeat(
        async () => (isDue() && !(await isStated(statements, services, signal)) ? 1 : 0),
        (failures) => (failures > 0 ? FAILURE_MS : LOOK_MS),
        signal,
      )
    },
  }
}

/** Whether every tenant has its statement. */
async function isStated(
  statements: LedgerStatements,
  { log }: TaskServices,
  signal: AbortSignal,
): Promise<boolean> {
  const pace = (tookMs: number) => pauseFor(tookMs * (1 / DUTY - 1), signal)
  try {
    const { coveredTo } = await statements.stateAll(pace, signal)
    log.info({ coveredTo }, 'the events of every tenant were stated')
    return true
  } catch (error) {
    if (!signal.aborted) log.error({ err: error }, 'not every tenant could be given a statement')
    return false
  }
}
