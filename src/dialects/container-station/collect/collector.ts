import type { Collector, CollectorRun } from '../../collecting/collector.ts'
import { CollectorIntake } from '../../collecting/collector-intake.ts'
import { LogFailures } from '../../collecting/log-failures.ts'
import { createVendorClient } from '../../collecting/vendor-client.ts'
import type { VendorCredentials } from '../../collecting/vendor-credentials.ts'
import { WallClock } from '../log/wall-clock.ts'
import { STATION_SOURCE_KIND } from '../source.ts'
import { positionBody, readPosition } from './collector-position.ts'
import { readFeed } from './feed-reading.ts'
import { stationGapEvent } from './gap-event.ts'
import { readLog } from './log-reading.ts'
import { createStationClient } from './station-client.ts'
import { stationSession } from './station-session.ts'

/** How one Container Station is collected. */
export interface StationCollectorOptions {
  readonly name: string
  readonly url: string
  /** Where its API begins, without slashes at the ends. */
  readonly apiPath: string
  readonly username: string
  /** Reads the password; its error holds no secret. */
  readonly password: () => Promise<string>
  /** Minutes that the clock of its log is ahead of UTC. */
  readonly timezoneOffset: number
  readonly everyMs: number
  readonly userAgent: string
  /** First wait of the client's back-off, in milliseconds. */
  readonly backOffMs?: number
}

/** Reads the log and the events of a Container Station. See docs/collectors.md. */
export function createStationCollector(options: StationCollectorOptions): Collector {
  const { name, everyMs, username, password, userAgent } = options
  const api = apiOf(options)
  // The session outlives a run: a station has few of them.
  const credentials = stationSession({ api, username, password, userAgent })
  return {
    kind: STATION_SOURCE_KIND,
    name,
    everyMs,
    collect: (run) => collect(run, options, credentials),
  }
}

async function collect(
  run: CollectorRun,
  options: StationCollectorOptions,
  credentials: VendorCredentials,
): Promise<void> {
  const { sink, signal, trouble } = run
  const api = apiOf(options)
  const vendorClient = createVendorClient({ ...options, url: api, credentials, trouble })
  const client = createStationClient({ client: vendorClient, credentials, signal, api })
  const intake = new CollectorIntake(run)
  let position = readPosition(await sink.position())
  const failures = new LogFailures()
  /** One of the two logs; what it throws does not keep the other from being read. */
  const reading = async (what: 'log' | 'events', read: () => Promise<void>) => {
    try {
      await read()
    } catch (error) {
      const { message: reason, isUseless } = failures.add(what, error)
      if (!isUseless) return trouble(`${what}: ${reason}`)
      const after = what === 'log' ? (position.lastRow ?? 'nothing') : `${position.offset}`
      const gap = stationGapEvent({ what, after, found: 'unread', reason })
      await intake.storeGap(gap, 0, what)
    }
  }
  await reading('events', async () => {
    for await (const offset of readFeed(position.offset, { client, intake })) {
      position = { ...position, offset }
      await sink.savePosition(positionBody(position))
    }
  })
  await reading('log', async () => {
    const wallClock = new WallClock(options.timezoneOffset)
    const lastRow = await readLog(position.lastRow, { client, intake, wallClock })
    await sink.savePosition(positionBody({ ...position, lastRow }))
  })
  failures.throwIfAny()
}

function apiOf({ url, apiPath }: StationCollectorOptions): string {
  return `${url.replace(/\/+$/, '')}/${apiPath}/`
}
