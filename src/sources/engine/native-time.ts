import { GoNumber, type GoObject, type GoValue } from '../bodies/go-json.ts'

/** Times from 2001 to 2286; other numbers would be in another unit. */
const NANOSECONDS = /^[1-9]\d{18}$/
const SECONDS = /^([1-9]\d{9})(?:\.(\d{1,9})\d*)?$/
const FRACTION_DIGITS = 9
const MILLISECONDS_MIN = 1e12

/**
 * The time of an event in nanoseconds since the epoch: `timeNano`, or `time` when that is unusable.
 * Undefined when neither is a time.
 */
export function timeNanoOf(event: GoObject): string | undefined {
  const nanoseconds = digitsOf(event.values('timeNano').at(-1))
  if (NANOSECONDS.test(nanoseconds)) return nanoseconds
  // For example, 1.7953497e18.
  const rounded = Number(nanoseconds)
  if (Number.isInteger(rounded) && NANOSECONDS.test(BigInt(rounded).toString())) {
    return BigInt(rounded).toString()
  }
  const time = digitsOf(event.values('time').at(-1))
  const [, seconds, fraction = ''] = SECONDS.exec(time) ?? []
  if (seconds !== undefined) return seconds + fraction.padEnd(FRACTION_DIGITS, '0')
  const ms = Date.parse(time)
  return /^\d{4}-/.test(time) && ms >= MILLISECONDS_MIN ? `${ms}000000` : undefined
}

function digitsOf(value: GoValue | undefined): string {
  if (value instanceof GoNumber) return value.literal
  return typeof value === 'string' ? value.trim() : ''
}
