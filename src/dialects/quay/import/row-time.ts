import { parseTimestamp, TIME_MICROS_END, TIME_MICROS_MIN } from '../../../core/time/timestamp.ts'

/**
 * Parses a time in PostgreSQL's and Python's form (`2024-06-18 18:59:13.5`, UTC unless it has an
 * offset) as microseconds since the epoch. Undefined for times that no event can have: `infinity`,
 * another form, or a year outside 1970 to 2199.
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

/** PostgreSQL omits the minutes of an offset when they are zero. */
function withMinutes(text: string): string {
  if (/[+-]\d\d$/.test(text)) return `${text}:00`
  return text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
}
