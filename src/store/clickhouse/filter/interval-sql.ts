import type { HistogramInterval } from '../../../core/query/query.ts'
import { startOfLocalDay, type TimeZone } from '../../../core/time/time-zone.ts'
import { DAY_MICROS, MINUTE_MICROS } from '../read/time-windows.ts'
import type { StatementParameters } from './statement-parameters.ts'

/** How events are assigned to intervals of time. */
export interface IntervalSql {
  /** SQL for the unit that identifies an event's interval. */
  readonly unitSql: string
  /** SQL for a number that represents the start of the interval and grows with it. */
  readonly startSql: (unit: string) => string
  /** Converts such a number to microseconds since the epoch. */
  readonly microsOf: (start: number) => number
}

const HOUR_MICROS = 60 * MINUTE_MICROS

/**
 * Calendar intervals in UTC or in a time zone. The engine's own functions end with 32-bit times in
 * 2106, and its zones lack some clock changes, so these use arithmetic instead.
 */
export function intervalSql(
  interval: HistogramInterval,
  zone: TimeZone | undefined,
  parameters: StatementParameters,
): IntervalSql {
  if (zone === undefined) return inUtc(interval)
  const clock = clockSql(zone, parameters)
  if (interval === 'minute' || interval === 'hour') return ofClock(interval, clock)
  const dayNumber = `intDiv(${startOf(clock.localSql, DAY_MICROS)}, toInt64(${DAY_MICROS}))`
  return {
    unitSql: dayNumber,
    startSql: (unit) => firstDaySql(interval, unit),
    microsOf: (day) => startOfLocalDay(zone, day),
  }
}

function inUtc(interval: HistogramInterval): IntervalSql {
  const microsOf = (start: number) => start
  if (interval === 'minute' || interval === 'hour') {
    const width = interval === 'minute' ? MINUTE_MICROS : HOUR_MICROS
    const unitSql = `intDiv(toUnixTimestamp64Micro(time), ${width})`
    return { unitSql, startSql: (unit) => `${unit} * ${width}`, microsOf }
  }
  return {
    // As in the counts by day.
    unitSql: 'toDate32(time)',
    startSql: (unit) => `${firstDaySql(interval, `toInt64(toInt32(${unit}))`)} * ${DAY_MICROS}`,
    microsOf,
  }
}

/** The first day of an interval, in days since 1970-01-01, a Thursday. Weeks begin on Monday. */
function firstDaySql(interval: 'day' | 'week' | 'month', day: string): string {
  if (interval === 'day') return day
  if (interval === 'week') return `(${day} - positiveModulo(${day} + 3, 7))`
  return `(${day} + 1 - toDayOfMonth(addDays(toDate32('1970-01-01'), ${day})))`
}

/** The local time of an event in a zone, as SQL. */
interface ClockSql {
  /** When its offset began, microseconds since the epoch. */
  readonly sinceSql: string
  readonly offsetSql: string
  /** Local time, as if it were UTC, in microseconds since the epoch. */
  readonly localSql: string
}

function clockSql({ periods }: TimeZone, parameters: StatementParameters): ClockSql {
  const column = (values: readonly number[]) => parameters.add('Array(Int64)', values)
  const starts = column(periods.map(({ fromMicros }) => fromMicros))
  const offsets = column(periods.map(({ offsetMicros }) => offsetMicros))
  const sinceSql = `roundDown(toUnixTimestamp64Micro(time), ${starts})`
  const offsetSql = `transform(${sinceSql}, ${starts}, ${offsets}, toInt64(0))`
  return { sinceSql, offsetSql, localSql: `(toUnixTimestamp64Micro(time) + ${offsetSql})` }
}

/**
 * An hour that occurs twice is two intervals. When clocks change within an hour, by half of one,
 * the change begins a new interval.
 */
function ofClock(interval: 'minute' | 'hour', clock: ClockSql): IntervalSql {
  const start = startOf(clock.localSql, interval === 'minute' ? MINUTE_MICROS : HOUR_MICROS)
  return {
    unitSql: `greatest(${start} - ${clock.offsetSql}, ${clock.sinceSql})`,
    startSql: (unit) => unit,
    microsOf: (start) => start,
  }
}

/**
 * The greatest multiple of a width that is not greater than a value; `intDiv` alone rounds towards
 * zero. An unsigned width would make a negative value unsigned as well.
 */
function startOf(value: string, width: number): string {
  return `(${value} - positiveModulo(${value}, toInt64(${width})))`
}
