import type { ContainerEngine } from '../../core/container-engine.ts'
import { createDialect } from '../api/api-dialect.ts'
import type { Dialect } from '../api/dialect.ts'
import { STATION_API } from './api/description.ts'
import { Containers } from './containers/containers.ts'
import { StateWaits } from './containers/wait-for-state.ts'
import { WaitingRoom } from './containers/waiting-room.ts'
import { DIALECT_NAME } from './credentials.ts'
import { stationErrors } from './errors.ts'
import { ClearedLogs } from './log/clear-marks.ts'
import { WallClock } from './log/wall-clock.ts'
import { OWN_PREFIXES, STATION_ROUTES } from './routes.ts'

/** What an installation can choose about this dialect (`dialects.containerStation.*`). */
export interface ContainerStationSettings {
  /** Whether errors have HTTP status 200, as old Container Stations answered them. */
  readonly errorStatus200: boolean
  /** Minutes that the clock which the log shows is ahead of UTC. */
  readonly timezoneOffset: number
}

/** What this dialect shows besides events. */
export interface StationFacts {
  readonly version: string
  /** Engines that can be asked how their containers are; may be none. */
  readonly engines: readonly ContainerEngine[]
}

/**
 * The log and events of QNAP Container Station. See docs/dialects/container-station.md for what
 * deviates.
 */
export function containerStationDialect(
  settings: ContainerStationSettings,
  { version, engines }: StationFacts,
): Dialect {
  return createDialect({
    name: DIALECT_NAME,
    prefixes: OWN_PREFIXES,
    routes: STATION_ROUTES,
    deviations: {
      bodies: {
        is: 'bytes',
        because: 'a login is read by what it holds, and no other body is looked at',
      },
      head: { is: 'refused', because: 'it would do the whole work for nothing' },
    },
    answerError: stationErrors(settings.errorStatus200),
    description: STATION_API,
    services(context, scope) {
      const { readers, records, clock, defaultTenant } = context
      const containers = new Containers({ engines, defaultTenant })
      const waits = new StateWaits(containers, readers.own, new WaitingRoom(context))
      scope.addHook('preClose', async () => waits.close())
      return {
        context,
        wallClock: new WallClock(settings.timezoneOffset),
        clearedLogs: new ClearedLogs(records, () => Math.floor(clock() / 1000)),
        containers,
        waits,
        version,
      }
    },
  })
}
