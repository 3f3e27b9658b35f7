import { type Clock, createClock } from '../../../core/time/timestamp.ts'
import type { Collector, CollectorRun } from '../../collecting/collector.ts'
import { CollectorIntake } from '../../collecting/collector-intake.ts'
import { LogFailures } from '../../collecting/log-failures.ts'
import { createVendorClient } from '../../collecting/vendor-client.ts'
import { HSS_SOURCE_KIND } from '../source.ts'
import { positionBody, readPosition } from './collector-position.ts'
import { createLogClient } from './log-client.ts'
import { readWindow, storeGap } from './log-reading.ts'
import { type HssCredentials, hssCredentials } from './request-signing.ts'

const DAY_MS = 86_400_000
/** Days that a first run reads, when no day is named to begin with. */
const FIRST_DAYS = 30
/** How late a row may come, in milliseconds: so much is read again. */
const LATE_MS = 600_000

/** How the log of one project is collected. */
export interface HssCollectorOptions extends HssCredentials {
  readonly name: string
  /** Address of HSS in the project's region. */
  readonly url: string
  /** First day to read, `YYYY-MM-DD`; absent: `FIRST_DAYS` before the first run. */
  readonly since?: string | undefined
  readonly everyMs: number
  readonly userAgent: string
  readonly clock?: Clock
  /** First wait of the client's back-off, in milliseconds. */
  readonly backOffMs?: number
  /** Rows of a window that is not narrowed further. */
  readonly windowRows?: number
  /** Most rows that this HSS skips. */
  readonly offsetMax?: number
}

/** Reads the image operations of a project of Huawei Cloud HSS. See docs/collectors.md. */
export function createHssCollector(options: HssCollectorOptions): Collector {
  const { name, everyMs } = options
  return { kind: HSS_SOURCE_KIND, name, everyMs, collect: (run) => collect(run, options) }
}

async function collect(run: CollectorRun, options: HssCollectorOptions): Promise<void> {
  const { sink, signal, trouble } = run
  const toMs = Math.floor((options.clock ?? createClock())() / 1000)
  let nextMs = readPosition(await sink.position())
  const vendor = createVendorClient({ ...options, credentials: hssCredentials(options), trouble })
  const client = createLogClient(vendor, options.projectId, signal)
  const fromMs = nextMs === undefined ? firstMs(options, toMs) : Math.max(nextMs - LATE_MS, 0)
  if (fromMs > toMs) return
  const { windowRows, offsetMax } = options
  const reading = { client, intake: new CollectorIntake(run), windowRows, offsetMax }
  try {
    for await (const readToMs of readWindow({ fromMs, toMs }, reading)) {
      nextMs = Math.max(nextMs ?? 0, readToMs)
      await sink.savePosition(positionBody(nextMs))
    }
  } catch (error) {
    const failures = new LogFailures()
    const failure = failures.add('image operations', error)
    const gap = { fromMs: nextMs ?? fromMs, toMs, found: 0, reason: failure.message }
    // What is refused, or not answered at all, is read by a later run.
    if (failure.isUseless) await storeGap(gap, reading)
    failures.throwIfAny()
  }
}

function firstMs({ since }: HssCollectorOptions, nowMs: number): number {
  return since === undefined ? nowMs - FIRST_DAYS * DAY_MS : Date.parse(`${since}T00:00:00Z`)
}
