import type { StoredEvent } from '../../../core/event/event.ts'
import type { EventFilter, EventReader, TailQuery } from '../../../core/query/query.ts'
import { type Clock, parseTimestamp } from '../../../core/time/timestamp.ts'
import { isUuid } from '../../../core/values/uuid.ts'
import type { ClickHouseConnection } from '../connection/connection.ts'
import { queryFault } from '../connection/engine-fault.ts'
import { PAGE_SETTINGS_SQL } from '../connection/engine-settings.ts'
import { filterSql, tenantSql } from '../filter/filter-sql.ts'
import type { OnlyTenant } from '../filter/only-tenant.ts'
import { StatementParameters } from '../filter/statement-parameters.ts'
import type { KnownShapes } from '../shapes/known-shapes.ts'
import { partByShapes } from '../shapes/shape-parts.ts'
import { countEvents, readHistogram, readTopValues } from './event-counts.ts'
import { EventDensity } from './event-density.ts'
import { decodeEvent, EVENT_ROW_SQL, type EventRow } from './event-row.ts'
import { exportEvents, streamEvents } from './event-stream.ts'
import { PageReader } from './page-query.ts'

/** Most rows that exact top values read: about a tenth of a second of two processors. */
const COUNTED_ROWS_MAX = 2_000_000
/** Of more, the latest events are counted: so many windows of `EventDensity`, 2,000,000 events. */
const SAMPLE_WINDOWS = 4

/** What a reader needs. */
export interface EventReaderOptions {
  readonly clock: Clock
  readonly onlyTenant: OnlyTenant
  readonly knownShapes: KnownShapes
}

/** The reader of all ledgers on a connection with an up-to-date schema. */
export function createEventReader(
  connection: ClickHouseConnection,
  { clock, onlyTenant, knownShapes }: EventReaderOptions,
): EventReader {
  const pages = new PageReader(connection, onlyTenant)
  const density = new EventDensity(connection, clock)
  const parted = (filter: EventFilter) => partByShapes(filter, knownShapes)

  return withQueryFaults({
    async page(query) {
      const filter = await parted(query.filter)
      if (filter.parts?.length === 0) return { events: [] }
      const { oldestMicros, windowMicros } = await density.current()
      const startMicros = query.order === 'newest' ? clock() : oldestMicros
      return pages.read({ ...query, filter }, { startMicros, widthMicros: windowMicros })
    },
    get: (tenants, id) => getEvent(connection, tenants, id),
    tail: (query) => tailEvents(connection, query),
    count: async (filter) => countEvents(connection, await parted(filter)),
    histogram: async (query) =>
      readHistogram(connection, { ...query, filter: await parted(query.filter) }),
    async topValues(query) {
      const filter = await parted(query.filter)
      if (filter.parts?.length === 0) return { values: [], isApproximate: false }
      const { oldestMicros, windowMicros } = await density.current()
      const newest = { filter, order: 'newest', limit: 1 } as const
      return readTopValues(
        connection,
        { ...query, filter },
        {
          rowsMax: COUNTED_ROWS_MAX,
          sampleMicros: SAMPLE_WINDOWS * windowMicros,
          newest: async () => {
            const window = { startMicros: clock(), widthMicros: windowMicros }
            const [found] = (await pages.read(newest, window)).events
            return found === undefined ? oldestMicros : (parseTimestamp(found.event.time) ?? 0)
          },
        },
      )
    },
    stream: (filter, order) => streamEvents({ connection, onlyTenant }, filter, order),
    export: (filter, format) => exportEvents({ connection, onlyTenant }, filter, format),
  })
}

/** Distinguishes queries that exceed a limit from a store that cannot answer. */
function withQueryFaults(reader: EventReader): EventReader {
  const answered = <Answer>(answer: Promise<Answer>) =>
    answer.catch((error: unknown) => {
      throw queryFault(error)
    })
  async function* streamed<Chunk>(chunks: AsyncIterable<Chunk>): AsyncIterable<Chunk> {
    try {
      yield* chunks
    } catch (error) {
      throw queryFault(error)
    }
  }
  return {
    page: (query) => answered(reader.page(query)),
    get: (tenants, id) => answered(reader.get(tenants, id)),
    tail: (query) => answered(reader.tail(query)),
    count: (filter) => answered(reader.count(filter)),
    histogram: (query) => answered(reader.histogram(query)),
    topValues: (query) => answered(reader.topValues(query)),
    stream: (filter, order) => streamed(reader.stream(filter, order)),
    export: (filter, format) => streamed(reader.export(filter, format)),
  }
}

async function getEvent(
  connection: ClickHouseConnection,
  tenants: readonly string[] | 'all',
  id: string,
): Promise<StoredEvent | undefined> {
  if (!isUuid(id)) return undefined
  const parameters = new StatementParameters()
  const tenant = tenantSql(tenants, parameters)
  const rows = await connection.rows<EventRow>({
    sql: `SELECT ${EVENT_ROW_SQL} FROM events
      WHERE ${tenant} AND id = ${parameters.add('UUID', id)}
      ORDER BY time, origin, seq LIMIT 1 SETTINGS ${PAGE_SETTINGS_SQL}`,
    parameters: parameters.values,
  })
  return rows.map(decodeEvent)[0]
}

async function tailEvents(
  connection: ClickHouseConnection,
  { filter, origin, afterSeq, limit }: TailQuery,
): Promise<readonly StoredEvent[]> {
  const parameters = new StatementParameters()
  const rows = await connection.rows<EventRow>({
    sql: `SELECT ${EVENT_ROW_SQL} FROM events
      WHERE ${filterSql(filter, parameters)} AND origin = ${parameters.add('String', origin)}
        AND seq >= ${parameters.add('UInt64', afterSeq + 1)}
      ORDER BY seq LIMIT ${parameters.add('UInt64', limit)} SETTINGS ${PAGE_SETTINGS_SQL}`,
    parameters: parameters.values,
  })
  return rows.map(decodeEvent)
}
