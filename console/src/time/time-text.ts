/** The zone that times are shown in. */
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

const withDate = new Intl.DateTimeFormat('en-US', {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const withYear = new Intl.DateTimeFormat('en-US', {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const day = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric' })
const minute = new Intl.DateTimeFormat('en-US', {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})
const zoned = new Intl.DateTimeFormat('en-US', {
  dateStyle: 'full',
  timeStyle: 'long',
  hourCycle: 'h23',
})
const YEAR_MS = 365 * 86_400_000
const DAY_MS = 86_400_000

/** A time of an event in a row: with milliseconds, and with the year if that is not this one. */
export function rowTime(text: string, nowMs: number): string {
  const date = new Date(text)
  const millis = `.${`${date.getUTCMilliseconds()}`.padStart(3, '0')}`
  const isFar = date.getFullYear() !== new Date(nowMs).getFullYear()
  return `${(isFar ? withYear : withDate).format(date)}${millis}`
}

/** A time in full, with its zone. */
export function fullTime(text: string): string {
  return zoned.format(new Date(text))
}

/** A time without milliseconds, in milliseconds since 1970. */
export function plainTime(millis: number): string {
  return withYear.format(new Date(millis))
}

/** A label below a chart whose period is `spanMs` long. */
export function axisTime(millis: number, spanMs: number): string {
  const date = new Date(millis)
  if (spanMs > YEAR_MS) return `${day.format(date)}, ${date.getFullYear()}`
  if (spanMs > 3 * DAY_MS) return day.format(date)
  if (spanMs > DAY_MS) return `${day.format(date)}, ${minute.format(date)}`
  return minute.format(date)
}

const AGES = [
  [DAY_MS, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
] as const
const relative = new Intl.RelativeTimeFormat('en-US', { numeric: 'auto' })

/** How long ago a time was, in words. */
export function ageText(text: string, nowMs: number): string {
  const ageMs = nowMs - Date.parse(text)
  const [unitMs, unit] = AGES.find(([one]) => Math.abs(ageMs) >= one) ?? [1_000, 'second']
  return relative.format(-Math.round(ageMs / unitMs), unit)
}

/** A number with separators. */
export function numberText(value: number): string {
  return value.toLocaleString('en-US')
}

/** A number in few characters: 1,204 is 1.2K. */
export function shortNumber(value: number): string {
  return value.toLocaleString('en-US', { notation: 'compact', maximumFractionDigits: 1 })
}
