/** A day in UTC, as the number of days since 1970-01-01. */
export type DayNumber = number

/** Days from the first up to, but not including, the second. */
export interface DayWindow {
  readonly from: DayNumber
  readonly to: DayNumber
}

/** Seconds of a day. */
export const DAY_SECONDS = 86_400

/** The day of a time in seconds since the epoch. */
export function dayOfSecond(second: number): DayNumber {
  return Math.floor(second / DAY_SECONDS)
}

/** `YYYY-MM-DD`. */
export function isoDay(day: DayNumber): string {
  return new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10)
}

/** The day that `YYYY-MM-DD` names; undefined for any other text. */
export function readIsoDay(text: unknown): DayNumber | undefined {
  const isIso = typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text)
  const ms = isIso ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isNaN(ms) ? undefined : dayOfSecond(ms / 1000)
}

/** `MM/DD/YYYY`, the form of days in Quay's parameters. */
export function quayDay(day: DayNumber): string {
  const [year, month, date] = isoDay(day).split('-')
  return `${month}/${date}/${year}`
}

/** The first day of the month after that of a day. */
export function nextMonth(day: DayNumber): DayNumber {
  const date = new Date(day * DAY_SECONDS * 1000)
  return dayOfSecond(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / 1000)
}
