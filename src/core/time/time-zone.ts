import { TIME_MICROS_END, TIME_MICROS_MIN } from './timestamp.ts'

const SECOND_MS = 1000
const DAY_MS = 24 * 60 * 60 * SECOND_MS
const DAY_MICROS = DAY_MS * 1000
/**
 * Distance at which a zone's offset is sampled, in days. Since 1970, no offset has lasted for a
 * shorter time; the shortest was 12 days in Tucumán in June 2004.
 */
const STEP_DAYS = 10
/**
 * Start of the first period: before the start of every week and month that contains the first
 * moment of 1970 in any zone.
 */
const BEGINNING_MICROS = TIME_MICROS_MIN - 40 * DAY_MICROS

/** A period in which a zone has one offset from UTC. */
interface OffsetPeriod {
  /** Its first moment, microseconds since the epoch. It ends where the next one begins. */
  readonly fromMicros: number
  /** Local time minus UTC, in microseconds. */
  readonly offsetMicros: number
}

/** A time zone, over all times that an event may have. */
export interface TimeZone {
  /** In time order, at least one. */
  readonly periods: readonly OffsetPeriod[]
}

/** The zones used so far, by name; at most those of the IANA database. */
const known = new Map<string, TimeZone>()

/**
 * The zone with a name of the IANA time zone database, in any case; undefined when there is none.
 * The data comes from Node, so that it depends neither on system files nor on the engine. The first
 * lookup of a zone takes about 50 ms.
 */
export function findTimeZone(name: string): TimeZone | undefined {
  const format = formatOf(name)
  if (format === undefined) return undefined
  const { timeZone } = format.resolvedOptions()
  const zone = known.get(timeZone) ?? { periods: periodsOf(format) }
  known.set(timeZone, zone)
  return zone
}

/** Whether a zone is always at UTC. */
export function isUtc({ periods }: TimeZone): boolean {
  return periods.every(({ offsetMicros }) => offsetMicros === 0)
}

/** Local time minus UTC at a moment, both in microseconds. */
export function clockOffsetMicros({ periods }: TimeZone, micros: number): number {
  return periods.findLast(({ fromMicros }) => fromMicros <= micros)?.offsetMicros ?? 0
}

/**
 * The first moment, in microseconds since the epoch, whose local date is a day or later: 00:00,
 * unless clocks skip it.
 *
 * @param day in days since 1970-01-01.
 */
export function startOfLocalDay({ periods }: TimeZone, day: number): number {
  for (const [index, { fromMicros, offsetMicros }] of periods.entries()) {
    const micros = Math.max(fromMicros, day * DAY_MICROS - offsetMicros)
    if (micros < (periods[index + 1]?.fromMicros ?? Number.POSITIVE_INFINITY)) return micros
  }
  throw new Error('the last period has no end')
}

/** Names begin with a letter; newer versions of Node also accept offsets such as `+01:00`. */
const NAME = /^[a-z]/i

function formatOf(name: string): Intl.DateTimeFormat | undefined {
  if (!NAME.test(name)) return undefined
  try {
    return new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone: name,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
    })
  } catch {
    return undefined
  }
}

function periodsOf(format: Intl.DateTimeFormat): readonly OffsetPeriod[] {
  const endMs = TIME_MICROS_END / 1000
  let fromMs = TIME_MICROS_MIN / 1000
  let offsetMs = offsetAt(format, fromMs)
  const periods = [{ fromMicros: BEGINNING_MICROS, offsetMicros: offsetMs * 1000 }]
  while (fromMs < endMs) {
    const nextMs = Math.min(fromMs + STEP_DAYS * DAY_MS, endMs)
    if (offsetAt(format, nextMs) === offsetMs) {
      fromMs = nextMs
      continue
    }
    fromMs = firstChange(format, fromMs, nextMs)
    offsetMs = offsetAt(format, fromMs)
    periods.push({ fromMicros: fromMs * 1000, offsetMicros: offsetMs * 1000 })
  }
  return periods
}

/** The first second whose offset differs from that at `fromMs`; the offset at `toMs` differs. */
function firstChange(format: Intl.DateTimeFormat, fromMs: number, toMs: number): number {
  const offsetMs = offsetAt(format, fromMs)
  let before = fromMs
  let after = toMs
  while (after - before > SECOND_MS) {
    const middle = before + Math.floor((after - before) / 2 / SECOND_MS) * SECOND_MS
    if (offsetAt(format, middle) === offsetMs) before = middle
    else after = middle
  }
  return after
}

/** Local time minus UTC, in milliseconds. */
function offsetAt(format: Intl.DateTimeFormat, ms: number): number {
  const shown = format.format(ms).match(/\d+/g)?.map(Number) ?? []
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = shown
  return Date.UTC(year, month - 1, day, hour, minute, second) - ms
}
