import { dropOldest } from '../../../core/drop-oldest.ts'
import type { StoredEvent } from '../../../core/event/event.ts'
import type {
  EventFilter,
  EventPage,
  Field,
  PageQuery,
  Position,
} from '../../../core/query/query.ts'
import { parseTimestamp } from '../../../core/time/timestamp.ts'
import type { ClickHouseConnection, Statement } from '../connection/connection.ts'
import { PAGE_SETTINGS_SQL } from '../connection/engine-settings.ts'
import { filterSql } from '../filter/filter-sql.ts'
import type { OnlyTenant } from '../filter/only-tenant.ts'
import { StatementParameters } from '../filter/statement-parameters.ts'
import { decodeEvent, EVENT_ROW_SQL, type EventRow } from './event-row.ts'
import { withoutSkippedDays } from './skipped-days.ts'
import { ALL_TIME, type TimeWindow, timeWindows } from './time-windows.ts'

/** Filters that are remembered as rare; the oldest is dropped first. */
const RARE_FILTERS_MAX = 1000

/** Share of the first window that is searched before it in queries about several tenants. */
const MERGED_SHARE = 1 / 25

/** Where a list query looks first. */
export interface FirstWindow {
  /** Where events in the requested order are expected to begin. */
  readonly startMicros: number
  readonly widthMicros: number
}

/** The query for a page, without its size. */
type Asked = Omit<PageQuery, 'limit'>

/** Reads pages of events from a connection. */
export class PageReader {
  readonly #connection: ClickHouseConnection
  readonly #onlyTenant: OnlyTenant
  /**
   * Filters whose last page was not filled by its first window, so that the next page searches
   * everything at once. It only saves queries; the result does not depend on it.
   */
  readonly #rare = new Set<string>()

  constructor(connection: ClickHouseConnection, onlyTenant: OnlyTenant) {
    this.#connection = connection
    this.#onlyTenant = onlyTenant
  }

  read(query: PageQuery, first: FirstWindow): Promise<EventPage> {
    const { filter } = query
    return this.#onlyTenant.answer(filter.tenants, (tenants) =>
      this.#read({ ...query, filter: { ...filter, tenants } }, first),
    )
  }

  /** The engine counts the events to skip, which it cannot do window by window. */
  async #readFar(query: PageQuery): Promise<EventPage> {
    const { limit, ...nearer } = await withoutSkippedDays(this.#connection, query)
    const statement = pageStatement(nearer, pageSpan(nearer), limit + 1)
    const rows = await this.#connection.rows<EventRow>(statement)
    return pageOf(rows.map(decodeEvent), limit)
  }

  async #read(query: PageQuery, first: FirstWindow): Promise<EventPage> {
    if (query.skip !== undefined && query.skip > 0) return this.#readFar(query)
    const filterKey = JSON.stringify([query.filter.tenants, query.filter.conditions])
    const isRare = isSelective(query.filter) || this.#rare.has(filterKey)
    const span = pageSpan(query)
    const startMicros = query.after?.timeMicros ?? first.startMicros
    const widthsMicros = isRare ? [] : widthsOf(query.filter, first.widthMicros)
    const windows = timeWindows(span, query.order, { startMicros, widthsMicros })
    // One event more than the page size shows whether another page follows.
    const wanted = query.limit + 1
    const events: StoredEvent[] = []
    for (const [index, window] of windows.entries()) {
      const statement = pageStatement(query, window, wanted - events.length)
      const rows = await this.#connection.rows<EventRow>(statement)
      for (const row of rows) events.push(decodeEvent(row))
      if (events.length === wanted) break
      if (index === widthsMicros.length - 1) this.#remember(filterKey)
    }
    return pageOf(events, query.limit)
  }

  #remember(filterKey: string): void {
    this.#rare.delete(filterKey)
    this.#rare.add(filterKey)
    dropOldest(this.#rare, RARE_FILTERS_MAX)
  }
}

/** A page from the events found; one more than the limit means that another page follows. */
function pageOf(events: readonly StoredEvent[], limit: number): EventPage {
  const last = events[limit - 1]
  if (events.length <= limit || last === undefined) return { events }
  return { events: events.slice(0, limit), next: positionOf(last) }
}

/**
 * The events of a single tenant are in time order, so only a page is read. Those of several must be
 * sorted, all that are in a window, so the first window is small.
 */
function widthsOf({ tenants }: EventFilter, widthMicros: number): readonly number[] {
  const isOne = tenants !== 'all' && tenants.length === 1
  return isOne ? [widthMicros] : [Math.ceil(widthMicros * MERGED_SHARE), widthMicros]
}

/** Fields whose indexes leave so little to read that windows would only add queries. */
const SELECTIVE_FIELDS: ReadonlySet<Field> = new Set(['id', 'eventId', 'digest'])

function isSelective({ conditions }: EventFilter): boolean {
  return conditions.some(
    (condition) =>
      'text' in condition ||
      ('field' in condition && 'in' in condition && SELECTIVE_FIELDS.has(condition.field)),
  )
}

/** The time span of the page's events, including the cursor's own time, which may have more. */
function pageSpan({ filter, order, after }: Asked): TimeWindow {
  const fromMicros = filter.fromMicros ?? ALL_TIME.fromMicros
  const toMicros = filter.toMicros ?? ALL_TIME.toMicros
  if (after === undefined) return { fromMicros, toMicros }
  return order === 'newest'
    ? { fromMicros, toMicros: Math.min(toMicros, after.timeMicros + 1) }
    : { fromMicros: Math.max(fromMicros, after.timeMicros), toMicros }
}

/** One thread: a page is read from one end of a sorted run, so a second thread would be useless. */
function pageStatement(query: Asked, window: TimeWindow, limit: number): Statement {
  const parameters = new StatementParameters()
  const direction = query.order === 'newest' ? 'DESC' : 'ASC'
  // The window bounds `time` itself, because a comparison of tuples would not use the index.
  const filter = filterSql({ ...query.filter, ...window }, parameters)
  const after = query.after === undefined ? '' : ` AND ${afterSql(query, query.after, parameters)}`
  const offset = query.skip === undefined ? '' : `OFFSET ${parameters.add('UInt64', query.skip)}`
  return {
    sql: `SELECT ${EVENT_ROW_SQL} FROM events WHERE ${filter}${after}
      ORDER BY time ${direction}, origin ${direction}, seq ${direction}
      LIMIT ${parameters.add('UInt64', limit)} ${offset}
      SETTINGS max_threads = 1, ${PAGE_SETTINGS_SQL}`,
    parameters: parameters.values,
  }
}

function afterSql(query: Asked, after: Position, parameters: StatementParameters): string {
  const place = [
    parameters.addTime(after.timeMicros),
    parameters.add('String', after.origin),
    parameters.add('UInt64', after.seq),
  ]
  const comparison = query.order === 'newest' ? '<' : '>'
  return `(time, origin, seq) ${comparison} (${place.join(', ')})`
}

/** The position of an event in the total order. */
function positionOf({ event, origin, seq }: StoredEvent): Position {
  return { timeMicros: parseTimestamp(event.time) ?? 0, origin, seq }
}
