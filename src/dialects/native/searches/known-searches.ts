import { createHash } from 'node:crypto'
import type { EventFilter } from '../../../core/query/query.ts'
import { RecentMap } from '../../../core/recent-map.ts'

/** Most searches that are remembered as recorded; of older ones a repetition is recorded again. */
export const SEARCHES_KNOWN_MAX = 20_000
/**
 * Time in which a token's search is not recorded again, in milliseconds: programs ask the same
 * again and again.
 */
export const SEARCH_REPEAT_MS = 60 * 60 * 1000
/** A period that ends at most this long ago counts as open: it is asked for again, moved on. */
const OPEN_MICROS = 60 * 60 * 1_000_000

/** A search, as it is told from others. */
export interface Asking {
  /** The token or the session. */
  readonly caller: string
  /** Whether repetitions are told from it only for `SEARCH_REPEAT_MS`. */
  readonly isToken: boolean
  /** What is asked for: events to be looked at, or a document of all of them. */
  readonly purpose: 'look' | 'download'
  /** The caller's own name for it, if it gave one. */
  readonly id: string | undefined
  readonly filter: EventFilter
}

interface Known {
  /** Microseconds since the epoch; a later period is part of what was recorded. */
  readonly fromMicros: number
  readonly untilMicros: number
}

/**
 * The searches that were recorded lately. Two are the same one when the caller, its name for them
 * and the conditions are equal, and the period too or, if both go on up to now, the later one does
 * not reach further back: such as a live view, or a program that asks for the last minute.
 */
export class KnownSearches {
  readonly #known = new RecentMap<Known>(SEARCHES_KNOWN_MAX)

  /** The name of a search here; equal for equal searches. */
  keyOf({ caller, purpose, id = '', filter }: Asking, nowMicros: number): string {
    const { tenants, conditions } = filter
    const period = isOpen(filter, nowMicros) ? [] : [filter.fromMicros ?? null, filter.toMicros]
    const told = [caller, purpose, id, tenants, conditions, period]
    return createHash('sha256').update(JSON.stringify(told)).digest('base64')
  }

  /** Whether a search was there before; from now on it was. `key` is that of `keyOf`. */
  meet(key: string, asking: Asking, nowMicros: number): boolean {
    const { fromMicros = Number.NEGATIVE_INFINITY } = asking.filter
    const known = this.#known.get(key)
    const isKept = known !== undefined && nowMicros < known.untilMicros
    if (isKept && known.fromMicros <= fromMicros) return true
    const untilMicros = asking.isToken
      ? nowMicros + SEARCH_REPEAT_MS * 1000
      : Number.POSITIVE_INFINITY
    this.#known.set(key, { fromMicros, untilMicros })
    return false
  }
}

function isOpen({ toMicros }: EventFilter, nowMicros: number): boolean {
  return toMicros === undefined || toMicros >= nowMicros - OPEN_MICROS
}
