/** The period that a search covers. */
export type TimeRange =
  | { readonly kind: 'last'; readonly span: string }
  | { readonly kind: 'all' }
  /** RFC 3339 texts; without `from` or `to` the period has no such end. */
  | { readonly kind: 'between'; readonly from?: string; readonly to?: string }

/** The period of a search that names none. */
export const DEFAULT_RANGE: TimeRange = { kind: 'last', span: '7d' }

/** The periods that one click chooses. */
export const QUICK_SPANS = ['15m', '1h', '6h', '24h', '7d', '30d', '90d', '365d'] as const

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const UNIT_NAMES = { m: 'minute', h: 'hour', d: 'day' } as const
const SPAN = /^(?<amount>[1-9]\d{0,4})(?<unit>[mhd])$/

/** Milliseconds of a span such as `15m`, `24h` or `7d`; undefined for any other text. */
export function spanMillis(span: string): number | undefined {
  const { amount, unit } = SPAN.exec(span)?.groups ?? {}
  if (amount === undefined || !isUnit(unit)) return undefined
  return Number(amount) * UNITS[unit]
}

function isUnit(unit: string | undefined): unit is keyof typeof UNITS {
  return unit !== undefined && unit in UNITS
}

/** A span in words: `7d` is "Last 7 days". */
export function spanLabel(span: string): string {
  const { amount, unit } = SPAN.exec(span)?.groups ?? {}
  if (!isUnit(unit)) return span
  return amount === '1' ? `Last ${UNIT_NAMES[unit]}` : `Last ${amount} ${UNIT_NAMES[unit]}s`
}

/** A period in milliseconds since 1970; an absent end is open. */
export interface Period {
  readonly fromMs?: number
  readonly toMs?: number
}

/** The period of a range at a moment, in milliseconds since 1970. */
export function periodOf(range: TimeRange, nowMs: number): Period {
  if (range.kind === 'all') return {}
  if (range.kind === 'last') return { fromMs: nowMs - (spanMillis(range.span) ?? 0) }
  const fromMs = range.from === undefined ? undefined : momentOf(range.from)
  const toMs = range.to === undefined ? undefined : momentOf(range.to)
  return { ...(fromMs !== undefined && { fromMs }), ...(toMs !== undefined && { toMs }) }
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/i

/** Milliseconds of an RFC 3339 text or a date in UTC; undefined for any other text. */
export function momentOf(text: string): number | undefined {
  if (!DAY.test(text) && !MOMENT.test(text)) return undefined
  const millis = Date.parse(DAY.test(text) ? `${text}T00:00:00Z` : text)
  return Number.isNaN(millis) ? undefined : millis
}

/** A moment as RFC 3339 text in UTC. */
export function momentText(millis: number): string {
  return new Date(millis).toISOString()
}
