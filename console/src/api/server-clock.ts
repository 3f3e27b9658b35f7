/** Difference below which the clocks count as equal, ms: the server states whole seconds. */
const SKEW_MS_MIN = 2_000

let skewMs = 0

/** Takes the server's time from the header `Date` of an answer. */
export function noteServerTime(date: string | null): void {
  const millis = Date.parse(date ?? '')
  if (Number.isNaN(millis)) return
  const measured = millis - Date.now()
  skewMs = Math.abs(measured) < SKEW_MS_MIN ? 0 : measured
}

/** The server's time, in milliseconds since 1970: the clock of the browser may be wrong. */
export function serverNow(): number {
  return Date.now() + skewMs
}

/** How far the server's clock is ahead of the browser's, ms. */
export function clockSkewMs(): number {
  return skewMs
}
