import type { Settings } from '../../config/settings.ts'
import type { WitnessRounds } from '../../ledger/witness/witness-rounds.ts'
import type { Metrics } from '../observe/metrics.ts'
import { openTimeStamps } from '../time-stamps/own-time-stamps.ts'
import { timeStampTask } from '../time-stamps/time-stamp-task.ts'
import { witnessTask } from '../witnesses/witness-task.ts'
import type { BackgroundTask } from './background-task.ts'
import { ledgerScrub } from './ledger-scrub.ts'
import { ledgerStatements } from './ledger-statements.ts'

/** What keeps the ledger verified, stated, cosigned and stamped. */
export function ledgerTasksOf(
  settings: Settings,
  { witnesses, metrics }: { witnesses: WitnessRounds | undefined; metrics: Metrics },
): readonly BackgroundTask[] {
  const { verifyDays, statementMinutes, witnessSeconds } = settings.ledger
  const tasks = [ledgerScrub(verifyDays), ledgerStatements(statementMinutes)]
  if (witnesses !== undefined) tasks.push(witnessTask(witnesses, witnessSeconds))
  const timeStamps = openTimeStamps(settings)
  if (timeStamps !== undefined) {
    tasks.push(timeStampTask(timeStamps))
    metrics.watchTimeStamps(() => timeStamps.state())
  }
  return tasks
}
