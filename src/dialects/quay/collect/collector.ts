import { type Clock, createClock } from '../../../core/time/timestamp.ts'
import type { Collector, CollectorRun } from '../../collecting/collector.ts'
import { CollectorIntake } from '../../collecting/collector-intake.ts'
import { LogFailures } from '../../collecting/log-failures.ts'
import { createVendorClient } from '../../collecting/vendor-client.ts'
import { bearerToken } from '../../collecting/vendor-credentials.ts'
import { DAY_SECONDS, dayOfSecond, readIsoDay } from '../entries/calendar-day.ts'
import { type CollectedLog, logName } from './collected-log.ts'
import { positionBody, readPosition } from './collector-position.ts'
import { unreadLogEvent } from './gap-event.ts'
import { createLogClient, type LogClient } from './log-client.ts'
import { LogReading } from './log-reading.ts'

/** Days that a first run reads, when no day is named to begin with. */
const FIRST_DAYS = 30
/** Most entries held at a time. */
const ENTRIES_MAX = 50_000

/** Which logs of a Quay are collected. */
interface QuayLogs {
  readonly organizations: readonly string[]
  /** The log of the user whose token it is. */
  readonly user: boolean
  /** `namespace/repository`. */
  readonly repositories: readonly string[]
  /** Everything; then the others are empty. */
  readonly superuser: boolean
}

/** How one Quay is collected. */
export interface QuayCollectorOptions extends QuayLogs {
  readonly name: string
  readonly url: string
  /** Reads the OAuth token; its error holds no secret. */
  readonly token: () => Promise<string>
  /** First day to read, `YYYY-MM-DD`; absent: `FIRST_DAYS` before the first run. */
  readonly since?: string | undefined
  readonly everyMs: number
  readonly userAgent: string
  readonly clock?: Clock
  /** Replaces `ENTRIES_MAX`. */
  readonly entriesMax?: number
  /** First wait of the client's back-off, in milliseconds. */
  readonly backOffMs?: number
}

/** Reads the usage logs of a Quay through its API. See docs/collectors.md. */
export function createQuayCollector(options: QuayCollectorOptions): Collector {
  const { name, everyMs } = options
  return { kind: 'quay', name, everyMs, collect: (run) => collect(run, options) }
}

async function collect(run: CollectorRun, options: QuayCollectorOptions): Promise<void> {
  const { trouble, signal } = run
  const credentials = bearerToken(options.token)
  const client = createLogClient(createVendorClient({ ...options, credentials, trouble }), signal)
  const nowSecond = Math.floor((options.clock ?? createClock())() / 1_000_000)
  const positions = new Map(readPosition(await run.sink.position()))
  const intake = new CollectorIntake(run)
  const failures = new LogFailures()
  const startOf = (log: CollectedLog) =>
    positions.get(logName(log)) ?? { day: firstDay(options, nowSecond), second: 0 }
  const readAll = async (log: CollectedLog) => {
    const reading = new LogReading({
      client,
      intake,
      log,
      sourceName: options.name,
      nowSecond,
      entriesMax: options.entriesMax ?? ENTRIES_MAX,
      trouble: run.trouble,
    })
    for await (const position of reading.readFrom(startOf(log))) {
      positions.set(logName(log), position)
      await run.sink.savePosition(positionBody(positions))
    }
  }
  for (const { name, find } of logsOf(options, client)) {
    let log: CollectedLog | undefined
    try {
      log = await find()
      await readAll(log)
    } catch (error) {
      const failure = failures.add(name, error)
      if (log === undefined || !failure.isUseless) {
        run.trouble(`${name}: ${failure.message}`)
        continue
      }
      const from = { day: startOf(log).day, reason: failure.message }
      const event = unreadLogEvent(log, from)
      await intake.storeGap(event, 0, name)
    }
  }
  failures.throwIfAny()
}

function firstDay({ since }: QuayCollectorOptions, nowSecond: number): number {
  return readIsoDay(since) ?? dayOfSecond(nowSecond - FIRST_DAYS * DAY_SECONDS)
}

/** A log that is to be read. */
interface WantedLog {
  /** For people. */
  readonly name: string
  /** Looks it up when its turn comes: that too can be refused. */
  readonly find: () => Promise<CollectedLog>
}

function logsOf(logs: QuayLogs, client: LogClient): readonly WantedLog[] {
  const known = (log: CollectedLog): WantedLog => ({ name: logName(log), find: async () => log })
  if (logs.superuser) return [known({ kind: 'superuser' })]
  const ownLog: WantedLog = {
    name: 'the log of the user whose token it is',
    find: async () => ({ kind: 'user', namespace: await client.ownName() }),
  }
  return [
    ...logs.organizations.map((namespace) => known({ kind: 'organization', namespace })),
    ...(logs.user ? [ownLog] : []),
    ...logs.repositories.map((path) => {
      const [namespace = '', ...repository] = path.split('/')
      return known({ kind: 'repository', namespace, repository: repository.join('/') })
    }),
  ]
}
