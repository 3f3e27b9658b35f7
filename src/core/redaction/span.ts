/** Replaces a secret. */
export const REDACTED = '[redacted]'

/** A part of a text: from `start` up to `end`, in UTF-16 units. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The text with every span replaced by `[redacted]`. Spans may overlap and be in any order. */
export function withoutSpans(text: string, spans: readonly Span[]): string {
  const sorted = spans
    .filter(({ start, end }) => end > start)
    .sort((one, other) => one.start - other.start)
  const parts: string[] = []
  let at = 0
  for (const { start, end } of sorted) {
    if (start >= at) parts.push(text.slice(at, start), REDACTED)
    else if (end <= at) continue
    at = Math.max(at, end)
  }
  return parts.join('') + text.slice(at)
}
