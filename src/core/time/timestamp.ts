/** First time that an event may have, in microseconds since the epoch: 1970-01-01T00:00:00Z. */
export const TIME_MICROS_MIN = 0
/** End (exclusive) of the times that an event may have: 2200-01-01T00:00:00Z. */
export const TIME_MICROS_END = Date.UTC(2200, 0, 1) * 1000

const MINUTE_MS = 60_000
const FRACTION_DIGITS_MAX = 9
const CANONICAL_LENGTH = '2026-11-22T12:10:41.814279Z'.length
const WHOLE_SECOND_LENGTH = '2026-11-22T12:10:41Z'.length

/**
 * Parses an RFC 3339 time as microseconds since the Unix epoch, or returns undefined.
 *
 * Digits past the microsecond are cut off, not rounded, so that a time never moves past the stated
 * moment. A leap second (`:60`) becomes the second after it, as POSIX time has no place for it. It
 * reads characters instead of using a regular expression, because it runs for every event.
 */
export function parseTimestamp(text: string): number | undefined {
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  const hour = digits(text, 11, 2)
  const minute = digits(text, 14, 2)
  const second = digits(text, 17, 2)
  if ((year | month | day | hour | minute | second) < 0 || !hasSeparators(text)) return undefined
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 60) return undefined
  const fractionEnd = endOfFraction(text)
  const offsetMinutes = parseOffset(text, fractionEnd)
  if (offsetMinutes === undefined) return undefined
  const wholeMs = utcMs(year, month, day) + (hour * 60 + minute) * MINUTE_MS + second * 1000
  return (wholeMs - offsetMinutes * MINUTE_MS) * 1000 + fractionMicros(text, fractionEnd)
}

/** The canonical text of a time: RFC 3339, UTC, exactly six decimals. */
export function formatTimestamp(micros: number): string {
  const ms = Math.floor(micros / 1000)
  const rest = micros - ms * 1000
  return `${new Date(ms).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}

/** The canonical text of a time that `parseTimestamp` read from `text`. */
export function canonicalTimestamp(text: string, micros: number): string {
  // Only a leap second is another text in UTC for the same moment.
  const isUtc = text.charAt(10) === 'T' && text.endsWith('Z') && text.slice(17, 19) !== '60'
  if (!isUtc || text.length > CANONICAL_LENGTH) return formatTimestamp(micros)
  if (text.length === CANONICAL_LENGTH) return text
  const point = text.length === WHOLE_SECOND_LENGTH ? '.' : ''
  return `${(text.slice(0, -1) + point).padEnd(CANONICAL_LENGTH - 1, '0')}Z`
}

/** The present moment in microseconds since the epoch. */
export type Clock = () => number

/** A larger step back of the system clock is followed; a smaller one is waited out. */
const CLOCK_STEP_BACK_MICROS_MAX = 1_000_000

/**
 * A wall clock that never returns the same value twice, so that consecutive events keep their order
 * even within one millisecond. It follows large steps of the system clock.
 */
export function createClock(): Clock {
  let last = 0
  return () => {
    const now = Date.now() * 1000
    const follow = now > last || last - now > CLOCK_STEP_BACK_MICROS_MAX
    last = follow ? now : last + 1
    return last
  }
}

/**
 * The number that `count` decimal digits at `start` represent; -1 when one of them is not a digit.
 */
function digits(text: string, start: number, count: number): number {
  let value = 0
  for (let index = start; index < start + count; index += 1) {
    const digit = text.charCodeAt(index) - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}

function hasSeparators(text: string): boolean {
  const timeMark = text.charAt(10)
  return (
    text.charAt(4) === '-' &&
    text.charAt(7) === '-' &&
    (timeMark === 'T' || timeMark === 't') &&
    text.charAt(13) === ':' &&
    text.charAt(16) === ':'
  )
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function daysInMonth(year: number, month: number): number {
  const leapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && leapYear ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0)
}

/** Date.UTC reads the years 0 to 99 as 1900 to 1999; setting a Date does not. */
function utcMs(year: number, month: number, day: number): number {
  return year > 99
    ? Date.UTC(year, month - 1, day)
    : new Date(0).setUTCFullYear(year, month - 1, day)
}

/** Index just after the seconds and their decimals; -1 for `.` without 1 to 9 digits after it. */
function endOfFraction(text: string): number {
  if (text.charAt(19) !== '.') return 19
  let end = 20
  while (digits(text, end, 1) >= 0) end += 1
  const count = end - 20
  return count >= 1 && count <= FRACTION_DIGITS_MAX ? end : -1
}

function fractionMicros(text: string, fractionEnd: number): number {
  if (fractionEnd === 19) return 0
  const count = Math.min(fractionEnd - 20, 6)
  return digits(text, 20, count) * 10 ** (6 - count)
}

/** Minutes east of UTC; undefined unless the text ends in a zone right after the fraction. */
function parseOffset(text: string, start: number): number | undefined {
  const mark = start < 0 ? '' : text.charAt(start)
  if (mark === 'Z' || mark === 'z') return text.length === start + 1 ? 0 : undefined
  const hours = digits(text, start + 1, 2)
  const minutes = digits(text, start + 4, 2)
  const isOffset = (mark === '+' || mark === '-') && text.charAt(start + 3) === ':'
  if (!isOffset || text.length !== start + 6) return undefined
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined
  return (mark === '-' ? -1 : 1) * (hours * 60 + minutes)
}
