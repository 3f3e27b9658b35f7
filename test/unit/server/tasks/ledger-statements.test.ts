import { expect, test } from 'vitest'
import { formatTimestamp } from '../../../../src/core/time/timestamp.ts'
import type { StatementRun } from '../../../../src/ledger/statement/ledger-statements.ts'
import type { TaskServices } from '../../../../src/server/tasks/background-task.ts'
import { ledgerStatements } from '../../../../src/server/tasks/ledger-statements.ts'

const MINUTE_MICROS = 60_000_000
const STARTED_MICROS = Date.UTC(2026, 0, 1) * 1000

/** How often all tenants were stated when the task looked once, so many minutes after a run. */
async function runsAfter(minutes: number, everyMinutes: number): Promise<number> {
  const stopping = new AbortController()
  const finishedAt = formatTimestamp(STARTED_MICROS)
  let run: StatementRun = { finishedAt, coveredTo: 0 }
  let runs = 0
  const statements = {
    latestRun: () => run,
    state: async () => undefined,
    stateAll: async () => {
      runs += 1
      run = { finishedAt: formatTimestamp(STARTED_MICROS), coveredTo: 1 }
      return run
    },
  }
  const services = Object.create(null, {
    context: {
      value: { statements, clock: () => STARTED_MICROS + minutes * MINUTE_MICROS },
    },
    log: { value: { info: () => undefined, error: () => undefined } },
  }) as TaskServices
  const running = ledgerStatements(everyMinutes).run(services, stopping.signal)
  await new Promise(setImmediate)
  stopping.abort()
  await running
  return runs
}

test('statements are made when the interval since the last complete run is over', async () => {
  expect(await runsAfter(59, 60)).toBe(0)
  expect(await runsAfter(60, 60)).toBe(1)
  expect(await runsAfter(300, 60)).toBe(1)
})

test('an interval of 0 turns them off', async () => {
  expect(await runsAfter(10_000, 0)).toBe(0)
})
