import type { Clock } from '../../../core/time/timestamp.ts'
import type { ClickHouseConnection } from '../connection/connection.ts'
import { DAY_MICROS, MINUTE_MICROS } from './time-windows.ts'

/** Events that a list query searches before it consults the indexes of all others. */
const WINDOW_EVENTS = 500_000
/** How long an estimate is used, in microseconds. */
const ESTIMATE_MICROS_MAX = MINUTE_MICROS

/** When the oldest event of a store occurred, and how densely events lie in time. */
export interface Density {
  readonly oldestMicros: number
  /** The time span that `WINDOW_EVENTS` events cover on average. */
  readonly windowMicros: number
}

/**
 * An estimate of the distribution of events in time, renewed about once a minute. It decides where
 * list queries look first: an outdated estimate costs time, but loses no event.
 */
export class EventDensity {
  readonly #connection: ClickHouseConnection
  readonly #clock: Clock
  #estimate: Density = { oldestMicros: 0, windowMicros: DAY_MICROS }
  #madeMicros = Number.NEGATIVE_INFINITY
  #making: Promise<void> | undefined

  constructor(connection: ClickHouseConnection, clock: Clock) {
    this.#connection = connection
    this.#clock = clock
  }

  /** The first call waits for an estimate; later calls use the last one while a new one is made. */
  async current(): Promise<Density> {
    const isFirst = this.#madeMicros === Number.NEGATIVE_INFINITY
    if (this.#clock() - this.#madeMicros > ESTIMATE_MICROS_MAX) {
      this.#making ??= this.#make().finally(() => {
        this.#making = undefined
      })
      // A failed estimate must not fail the query.
      const made = this.#making.catch(() => undefined)
      if (isFirst) await made
    }
    return this.#estimate
  }

  async #make(): Promise<void> {
    const rows = await this.#connection.rows<[number, number]>({
      sql: 'SELECT count(), toUnixTimestamp64Micro(min(time)) FROM events',
    })
    const [events = 0, oldestMicros = 0] = rows[0] ?? []
    const now = this.#clock()
    const covered = events === 0 ? DAY_MICROS : ((now - oldestMicros) * WINDOW_EVENTS) / events
    const windowMicros = Math.max(Math.ceil(covered), MINUTE_MICROS)
    this.#estimate = { oldestMicros, windowMicros }
    this.#madeMicros = now
  }
}
