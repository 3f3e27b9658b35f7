import { parseTimestamp, TIME_MICROS_END, TIME_MICROS_MIN } from '../../../core/time/timestamp.ts'

/**
 * Reads a time as PostgreSQL and Python write it (`2024-06-18 18:59:13.5`, UTC unless it has an
 * offset), as microseconds since the epoch. Undefined for what no event can carry: `infinity`,
 * another form, or a year outside of 1970 to 2199.
 */
export function readRowTime(text: string): number | undefined {
  const isoText = text.replace(' ', 'T')
  const hasZone = /(?:Z|[+-]\d\d:?(?:\d\d)?)$/.test(isoText.slice(19))
  const micros = parseTimestamp(hasZone ? withMinutes(isoText) : `${isoText}Z`)
  if (micros === undefined || micros < TIME_MICROS_MIN || micros >= TIME_MICROS_END) {
    return undefined
  }
  return micros
}

/** PostgreSQL leaves the minutes of an offset out when there are none. */
function withMinutes(text: string): string {
  if (/[+-]\d\d$/.test(text)) return `${text}:00`
  return text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
}
