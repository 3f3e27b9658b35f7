import { badDate, invertedRange } from '../errors.ts'

/** The effective range of a log: [start, end), microseconds since the epoch. */
export interface TimeRange {
  readonly startMicros: number
  readonly endMicros: number
}

/** The dates of a request as they were sent; absent or empty when not given. */
export interface SentDates {
  readonly starttime: string | undefined
  readonly endtime: string | undefined
}

/** A day, in microseconds. */
export const DAY_MICROS = 86_400_000_000

/** The meaning of a range that ends before it starts: an error, or a range without events. */
type Inversion = 'refused' | 'empty'

/** Quay checks for this error in the logs of namespaces, but not in that of the whole registry. */
export function inversionOf(selection: { readonly namespace?: string }): Inversion {
  return selection.namespace === undefined ? 'empty' : 'refused'
}

/**
 * Quay's range: from `starttime`, or a day before now, to the end of `endtime`, or a day after now.
 *
 * A given end is a whole day, so one day is added to it; Quay adds the day to a default end too.
 *
 * @throws QuayError 400 for an invalid date, and for a range that ends before it starts.
 */
export function readTimeRange(
  dates: SentDates,
  nowMicros: number,
  inversion: Inversion = 'refused',
): TimeRange {
  const start = readDate('starttime', dates.starttime)
  const end = readDate('endtime', dates.endtime)
  const range = {
    startMicros: start ?? nowMicros - DAY_MICROS,
    endMicros: (end ?? nowMicros) + DAY_MICROS,
  }
  if (inversion === 'refused' && range.endMicros < range.startMicros) throw invertedRange()
  return range
}

/**
 * `%m/%d/%Y` as Quay documents it and as Python's `strptime` reads it (one or two digits, or a
 * space before a one-digit day; trailing spaces), and the ISO date of Quay's own example.
 */
const QUAY_DATE = /^(?<month>\d{1,2})\/(?<day>[ \d]?\d)\/(?<year>\d{4}) *$/
const ISO_DATE = /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})$/

/** Midnight (UTC) of a day; undefined when none was given. */
function readDate(parameter: keyof SentDates, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const parts = (QUAY_DATE.exec(text) ?? ISO_DATE.exec(text))?.groups
  const year = Number(parts?.['year'])
  const month = Number(parts?.['month'])
  const day = Number(parts?.['day'])
  // Date.UTC reads the years 0 to 99 as 1900 to 1999; setting a Date does not.
  const date = new Date(new Date(0).setUTCFullYear(year, month - 1, day))
  const isSame = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  if (!isSame || year === 0) throw badDate(parameter)
  return date.getTime() * 1000
}

const DAY_NAMES = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTH_NAMES = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/**
 * The time as Quay writes it: RFC 2822 in UTC, whole seconds, zone `-0000`. Python's clients read
 * `-0000` as a time without a zone, and others parse a numeric zone, so neither `GMT` nor `+0000`
 * would work.
 */
export function formatMailDate(micros: number): string {
  const date = new Date(Math.floor(micros / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${DAY_NAMES[date.getUTCDay()]}, ${two(date.getUTCDate())}`
  const year = String(date.getUTCFullYear()).padStart(4, '0')
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
  return `${day} ${MONTH_NAMES[date.getUTCMonth()]} ${year} ${time} -0000`
}
