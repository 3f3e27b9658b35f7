/**
 * How long a `Retry-After` header (RFC 9110 section 10.2.3) asks to wait, in milliseconds: it says
 * seconds, or a date. Undefined when there is none, or none that can be read.
 */
export function parseRetryAfter(text: string | null, nowMs: number): number | undefined {
  if (text === null) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
