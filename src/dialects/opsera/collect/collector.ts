import { type Clock, createClock } from '../../../core/time/timestamp.ts'
import type { Collector, CollectorRun } from '../../collecting/collector.ts'
import { CollectorIntake } from '../../collecting/collector-intake.ts'
import { LogFailures } from '../../collecting/log-failures.ts'
import { createVendorClient } from '../../collecting/vendor-client.ts'
import { bearerToken } from '../../collecting/vendor-credentials.ts'
import type { LogName } from '../selection.ts'
import { OPSERA_SOURCE_KIND } from '../source.ts'
import { readAudit } from './audit-reading.ts'
import {
  DAY_MS,
  dayOf,
  type LogPosition,
  positionsBody,
  readPositions,
} from './collector-position.ts'
import { readDays } from './day-reading.ts'
import { createLogClient } from './log-client.ts'
import { type ReadLog, storeGap } from './log-reading.ts'

/** Days that a first run reads, when no day is named to begin with. */
const FIRST_DAYS = 30
/** Most rows held at a time. */
const ROWS_HELD_MAX = 20_000

const READ: Readonly<Record<LogName, ReadLog>> = {
  actions: readDays,
  audit: readAudit,
  tokens: readDays,
  pipelines: readDays,
}

/** How one Opsera is collected. */
export interface OpseraCollectorOptions {
  readonly name: string
  readonly url: string
  /** Which logs are read, in this order. */
  readonly logs: readonly LogName[]
  /** Reads the token; its error holds no secret. */
  readonly token: () => Promise<string>
  /** First day to read, `YYYY-MM-DD`; absent: `FIRST_DAYS` before the first run. */
  readonly since?: string | undefined
  readonly everyMs: number
  readonly userAgent: string
  readonly clock?: Clock
  /** Replaces `ROWS_HELD_MAX`. */
  readonly rowsHeldMax?: number
  /** First wait of the client's back-off, in milliseconds. */
  readonly backOffMs?: number
}

/** Reads the activity logs of an Opsera through its API. See docs/collectors.md. */
export function createOpseraCollector(options: OpseraCollectorOptions): Collector {
  const { name, everyMs } = options
  return { kind: OPSERA_SOURCE_KIND, name, everyMs, collect: (run) => collect(run, options) }
}

async function collect(run: CollectorRun, options: OpseraCollectorOptions): Promise<void> {
  const { trouble } = run
  const credentials = bearerToken(options.token)
  const client = createVendorClient({ ...options, credentials, trouble })
  const nowMs = Math.floor((options.clock ?? createClock())() / 1000)
  const reading = {
    ask: createLogClient(client, run.signal),
    intake: new CollectorIntake(run),
    nowMs,
    rowsHeldMax: options.rowsHeldMax ?? ROWS_HELD_MAX,
  }
  const positions = new Map(readPositions(await run.sink.position()))
  const failures = new LogFailures()
  for (const log of options.logs) {
    const start = positions.get(log) ?? firstPosition(options, nowMs)
    try {
      for await (const position of READ[log](log, start, reading)) {
        positions.set(log, position)
        await run.sink.savePosition(positionsBody(positions))
      }
    } catch (error) {
      const failure = failures.add(`log ${log}`, error)
      const { dayMs } = positions.get(log) ?? start
      const gap = { log, fromMs: dayMs, toMs: nowMs, found: 0, reason: failure.message }
      // What is refused, or not answered at all, is read by a later run.
      if (failure.isUseless && dayMs < nowMs) await storeGap(gap, reading)
      else run.trouble(`log ${log}: ${failure.message}`)
    }
  }
  failures.throwIfAny()
}

function firstPosition({ since }: OpseraCollectorOptions, nowMs: number): LogPosition {
  const dayMs = since === undefined ? dayOf(nowMs) - FIRST_DAYS * DAY_MS : Date.parse(since)
  return { dayMs, newestMs: 0 }
}
