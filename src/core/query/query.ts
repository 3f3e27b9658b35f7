import type { StoredEvent } from '../event/event.ts'
import type { FilterName } from '../event/fields.ts'
import type { TimeZone } from '../time/time-zone.ts'
import type { Asker } from '../turns/asker.ts'

/** A field of an event that a condition can name; `verb` follows the first dot of `action`. */
export type Field = FilterName | 'verb'

/**
 * One restriction on events. `in` and `notIn` compare whole values, case included; a field that an
 * event lacks equals `''`. `inIgnoringCase` does not mind the case. `notHexadecimalDigits` holds
 * unless the value is that many lower-case hexadecimal digits, from 1, and nothing else. `detail`
 * is a member of the event's details, by its name; one that is absent, or no text, equals `''`.
 * `startsWithAny` holds for a value that begins with any of the texts, none of which is empty.
 * `digestOf` holds when the SHA-256 of the fields, joined by line feeds, begins with the given
 * lower-case hexadecimal digits; it hashes every event of the time range. `anyOf` holds when any of
 * its lists holds as a whole (OR of ANDs; an empty `anyOf` holds for nothing). `text` holds when
 * every word of it occurs, case-insensitively, as a word in the event's action, outcome, actor,
 * target, client, message, details or source's name; a text without any word holds for nothing.
 * `messageContains` holds when the text occurs anywhere in the message, whatever its case; it reads
 * every message of the time range. `fromSeq` holds for the events of this origin from that seq on,
 * and for all of any other origin. `not` holds for the events for which its condition does not.
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

/** Which events: those of the tenants, in [from, to), that meet every condition. */
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

/** A place between events in the total order (time, origin, seq): what a keyset cursor holds. */
export interface Position {
  readonly timeMicros: number
  readonly origin: string
  readonly seq: number
}

/** A question for one page of events. */
export interface PageQuery {
  readonly filter: EventFilter
  readonly order: Order
  /** Most events on the page, from 1. */
  readonly limit: number
  /** Events strictly after this place in `order`; absent for the first page. */
  readonly after?: Position
  /**
   * So many events are passed over before the page begins: for the APIs that page by number. It
   * costs more the more there are; a cursor costs the same on every page.
   */
  readonly skip?: number
}

/** The answer to a `PageQuery`. */
export interface EventPage {
  readonly events: readonly StoredEvent[]
  /** The place of the last event on the page, when more events follow it; else absent. */
  readonly next?: Position
}

/** Widths of the buckets of a histogram. */
export const HISTOGRAM_INTERVALS = ['minute', 'hour', 'day', 'week', 'month'] as const
export type HistogramInterval = (typeof HISTOGRAM_INTERVALS)[number]

/** A question for counts of events over time. */
export interface HistogramQuery {
  readonly filter: EventFilter
  /** Calendar intervals; weeks begin on Monday. */
  readonly interval: HistogramInterval
  /** Whose clocks tell the intervals; absent: UTC, which is the fastest. */
  readonly timeZone?: TimeZone
  /** Fields to count by, besides time; may be empty. */
  readonly by: readonly Field[]
  /** Most buckets answered, from 1. More is an error (`query.too-many-buckets`), never a cut. */
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

/** Events of one origin in the order of the ledger: for live streams and pollers. */
export interface TailQuery {
  readonly filter: EventFilter
  readonly origin: string
  /** Events with a greater seq; -1 for the whole ledger. */
  readonly afterSeq: number
  /** Most events answered, from 1. */
  readonly limit: number
}

/** Forms of an exported document. */
export const EXPORT_FORMATS = ['ndjson', 'csv', 'json', 'parquet'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** Readers of the same events, by who asks: each takes the share of its asker. */
export interface EventReaders {
  /** For what Waybill reads by itself: its share is that of the tenants that it reads. */
  readonly own: EventReader
  /** @param isGone whether the client has gone: its waiting queries are then dropped. */
  of(asker: Asker, isGone: () => boolean): EventReader
}

/**
 * How dialects, exports and the console read events. Implemented by the store.
 *
 * Every method sees every event whose append was acknowledged before the call. A walk over pages
 * returns each event that matched when the walk began exactly once, whatever is inserted meanwhile.
 * All methods may run concurrently. They throw `store.unavailable` when the engine cannot answer,
 * `query.too-complex` and `query.timeout` when the question asks for too much, and
 * `request.too-many` when the asker has too many questions open.
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
  /** Every matching event in batches, in constant memory. Ending the iteration early frees it. */
  stream(filter: EventFilter, order: Order): AsyncIterable<readonly StoredEvent[]>
  /**
   * The matching events, oldest first, as the bytes of one document in `format`, in constant
   * memory. NDJSON and JSON hold events in their canonical form with `seq` added.
   */
  export(filter: EventFilter, format: ExportFormat): AsyncIterable<Uint8Array>
}
