import type { StoredEvent } from '../event/event.ts'
import type { FilterName } from '../event/fields.ts'
import type { TimeZone } from '../time/time-zone.ts'
import type { Asker } from '../turns/asker.ts'

/** A field of an event that a condition can name; `verb` follows the first dot of `action`. */
export type Field = FilterName | 'verb'

/**
 * One restriction on events.
 *
 * - `in` and `notIn` compare whole values, case-sensitively; a field that an event lacks equals
 *   `''`.
 * - `inIgnoringCase` ignores case.
 * - `notHexadecimalDigits` holds unless the value consists of exactly that many lower-case
 *   hexadecimal digits, at least 1.
 * - `detail` is a top-level member of the event's details; one that is absent, or not a string,
 *   equals `''`.
 * - `startsWithAny` holds for a value that begins with any of the texts. No text is empty.
 * - `digestOf` holds when the SHA-256 of the fields, joined by line feeds, begins with the given
 *   lower-case hexadecimal digits; it hashes every event of the time range.
 * - `anyOf` holds when all conditions of any of its lists hold (OR of ANDs); an empty `anyOf` never
 *   holds.
 * - `text` holds when every word of it occurs, case-insensitively, as a word in the event's action,
 *   outcome, actor, target, client, message, details or source name; a text without words never
 *   holds.
 * - `messageContains` holds when the text occurs anywhere in the message, ignoring case; it reads
 *   every message of the time range.
 * - `fromSeq` holds for the events of this origin from that seq on, and for all events of other
 *   origins.
 * - `not` holds when its condition does not.
 */
export type Condition =
  | { readonly field: Field; readonly in: readonly string[] }
  | { readonly field: Field; readonly notIn: readonly string[] }
  | { readonly field: Field; readonly inIgnoringCase: readonly string[] }
  | { readonly field: Field; readonly notHexadecimalDigits: number }
  | { readonly field: Field; readonly startsWithAny: readonly string[] }
  | { readonly detail: string; readonly in: readonly string[] }
  | { readonly digestOf: readonly Field[]; readonly startsWith: string }
  | { readonly anyOf: readonly (readonly Condition[])[] }
  | { readonly text: string }
  | { readonly messageContains: string }
  | { readonly origin: string; readonly fromSeq: number }
  | { readonly not: Condition }

/** Selects events of the tenants, in [from, to), that meet every condition. */
export interface EventFilter {
  /** The tenants that may be seen. Empty means none, never all. */
  readonly tenants: readonly string[] | 'all'
  /** Inclusive, microseconds since the epoch. */
  readonly fromMicros?: number
  /** Exclusive, microseconds since the epoch. */
  readonly toMicros?: number
  readonly conditions: readonly Condition[]
}

/** By time, the newest or the oldest event first. */
export type Order = 'newest' | 'oldest'

/** A position between events in the total order (time, origin, seq), as in a keyset cursor. */
export interface Position {
  readonly timeMicros: number
  readonly origin: string
  readonly seq: number
}

/** A query for one page of events. */
export interface PageQuery {
  readonly filter: EventFilter
  readonly order: Order
  /** Most events on the page, from 1. */
  readonly limit: number
  /** Events strictly after this position in `order`; absent for the first page. */
  readonly after?: Position
  /**
   * Number of events to skip before the page, for APIs that page by number. The cost grows with the
   * number, while a cursor costs the same on every page.
   */
  readonly skip?: number
}

/** The answer to a `PageQuery`. */
export interface EventPage {
  readonly events: readonly StoredEvent[]
  /** The position of the last event on the page, if more events follow; else absent. */
  readonly next?: Position
}

/** Widths of the buckets of a histogram. */
export const HISTOGRAM_INTERVALS = ['minute', 'hour', 'day', 'week', 'month'] as const
export type HistogramInterval = (typeof HISTOGRAM_INTERVALS)[number]

/** A query for counts of events over time. */
export interface HistogramQuery {
  readonly filter: EventFilter
  /** Calendar intervals; weeks begin on Monday. */
  readonly interval: HistogramInterval
  /** The time zone of the intervals; absent for UTC, which is the fastest. */
  readonly timeZone?: TimeZone
  /** Fields to count by in addition to time; may be empty. */
  readonly by: readonly Field[]
  /**
   * Most buckets in the answer, from 1. More is an error (`query.too-many-buckets`), never a cut.
   */
  readonly bucketsMax: number
}

/** A count of events in one interval with one combination of field values. Never zero. */
export interface HistogramBucket {
  /** Start of the interval, microseconds since the epoch. */
  readonly timeMicros: number
  /** The values of `by`, in its order; `''` where the events lack the field. */
  readonly keys: readonly string[]
  readonly count: number
}

/** A query for the most frequent values of fields. */
export interface TopValuesQuery {
  readonly filter: EventFilter
  /** The fields whose values are counted together, at least 1. */
  readonly by: readonly Field[]
  /** Most values in the answer, from 1. */
  readonly valuesMax: number
}

/** The answer to a `TopValuesQuery`. */
export interface TopValues {
  /** The most frequent first; `keys` are in the order of `by`, `''` where events lack the field. */
  readonly values: readonly { readonly keys: readonly string[]; readonly count: number }[]
  /** Whether only the latest of the matching events were counted, to answer in time. */
  readonly isApproximate: boolean
}

/** Events of one origin in ledger order, for live streams and pollers. */
export interface TailQuery {
  readonly filter: EventFilter
  readonly origin: string
  /** Events with a greater seq; -1 for the whole ledger. */
  readonly afterSeq: number
  /** Most events in the answer, from 1. */
  readonly limit: number
}

/** Forms of an exported document. */
export const EXPORT_FORMATS = ['ndjson', 'csv', 'json', 'parquet'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** Readers of the same events, by caller; each uses the share of its caller. */
export interface EventReaders {
  /** For Waybill's own reads, which use the share of the tenants that they concern. */
  readonly own: EventReader
  /** @param isGone whether the client is gone; its waiting queries are then dropped. */
  of(asker: Asker, isGone: () => boolean): EventReader
}

/**
 * How dialects and exports read events. Implemented by the store.
 *
 * Every method sees all events whose append was acknowledged before the call. A walk over pages
 * returns each event that matched when the walk began exactly once, no matter what is inserted in
 * the meantime. All methods may run concurrently. They throw `store.unavailable` when the engine
 * cannot answer, `query.too-complex` and `query.timeout` when the query exceeds a limit, and
 * `request.too-many` when the caller has too many queries open.
 */
export interface EventReader {
  page(query: PageQuery): Promise<EventPage>
  /** The event with this id, if the tenants may see it. */
  get(tenants: readonly string[] | 'all', id: string): Promise<StoredEvent | undefined>
  /** Matching events in order of seq. */
  tail(query: TailQuery): Promise<readonly StoredEvent[]>
  /** Exact number of matching events. */
  count(filter: EventFilter): Promise<number>
  /** Buckets by time, then keys. */
  histogram(query: HistogramQuery): Promise<readonly HistogramBucket[]>
  /** The most frequent values; exact unless too many events would have to be read. */
  topValues(query: TopValuesQuery): Promise<TopValues>
  /** Every matching event in batches, in constant memory. Ending the iteration early frees it. */
  stream(filter: EventFilter, order: Order): AsyncIterable<readonly StoredEvent[]>
  /**
   * The matching events, oldest first, as the bytes of one document in `format`, in constant
   * memory. NDJSON and JSON contain events in canonical form with `seq` added.
   */
  export(filter: EventFilter, format: ExportFormat): AsyncIterable<Uint8Array>
}
