import { OWN_SOURCE_KIND } from '../../../core/values/source-name.ts'
import {
  STATEMENT_ACTION,
  type StatedRange,
  statedRange,
} from '../../../ledger/statement/statement.ts'
import { type TenantLeaves, WINDOW_EVENTS } from '../../../ledger/statement/tenant-leaves.ts'
import type { ClickHouseConnection, ParameterValue } from '../connection/connection.ts'
import { PRIORITY } from '../connection/engine-settings.ts'
import { decodeEvent, EVENT_ROW_SQL, type EventRow } from '../read/event-row.ts'
import { LEAF_ROW_SQL, type LeafRowTexts, leafRow } from './stored-leaves.ts'

/** Each column of the condition follows from `shape`, of which the engine reads each value once. */
const STATEMENT_SQL =
  `(action = '${STATEMENT_ACTION}' AND source_kind = '${OWN_SOURCE_KIND}' AND ` +
  'source_name = {origin:String})'
const OWN_SQL = 'origin = {origin:String}'
/** `seq` has an index of ranges; with the tenant, the rows of others are not read at all. */
const IN_RANGE_SQL = `${OWN_SQL} AND seq >= {start:UInt64} AND seq < {end:UInt64}`
const OF_TENANT_SQL = `tenant = {tenant:String} AND ${IN_RANGE_SQL}`
/** Searches do not wait for statements. No projection has the seq. */
const SETTINGS_SQL = `SETTINGS priority = ${PRIORITY.stream}, optimize_use_projections = 0`

type Parameters = Readonly<Record<string, ParameterValue>>

/** The stored events of one origin by tenants. */
export function createTenantLeaves(connection: ClickHouseConnection, origin: string): TenantLeaves {
  const read = <Row extends readonly unknown[]>(sql: string, parameters: Parameters) =>
    connection.rows<Row>({ sql: `${sql} ${SETTINGS_SQL}`, parameters: { ...parameters, origin } })
  const readEvents = (rest: string, parameters: Parameters) =>
    read<EventRow>(`SELECT ${EVENT_ROW_SQL} FROM events WHERE ${rest}`, parameters)
  return {
    async tenants({ start, end }, tenant) {
      const rows = await read<[string, number, number]>(
        `SELECT tenant, count(), max(if(${STATEMENT_SQL}, -1, toInt64(seq))) FROM events
          WHERE ${tenant === undefined ? IN_RANGE_SQL : OF_TENANT_SQL} GROUP BY tenant`,
        { start, end, ...(tenant !== undefined && { tenant }) },
      )
      return rows.map(([name, events, lastSeq]) => ({ tenant: name, events, lastSeq }))
    },
    async windows(tenant, { start, end }) {
      const rows = await read<[number, number]>(
        `SELECT intDiv(seq, ${WINDOW_EVENTS}) AS place, count() FROM events
          WHERE ${OF_TENANT_SQL} GROUP BY place ORDER BY place`,
        { tenant, start, end },
      )
      return rows.map(([place, events]) => ({
        start: Math.max(start, place * WINDOW_EVENTS),
        end: Math.min(end, (place + 1) * WINDOW_EVENTS),
        events,
      }))
    },
    async rows(tenant, { start, end }) {
      const sql = `SELECT ${LEAF_ROW_SQL} FROM events WHERE ${OF_TENANT_SQL} ORDER BY seq`
      return (await read<LeafRowTexts>(sql, { tenant, start, end })).map(leafRow)
    },
    async lastStatements() {
      const rows = await readEvents(
        `${OWN_SQL} AND seq IN (
            SELECT max(seq) FROM events WHERE ${OWN_SQL} AND ${STATEMENT_SQL} GROUP BY tenant)
          ORDER BY seq`,
        {},
      )
      return rows.map(decodeEvent)
    },
    async statementsFrom(seq, limit) {
      const rows = await readEvents(
        `${OWN_SQL} AND seq >= {seq:UInt64} AND ${STATEMENT_SQL} ORDER BY seq
          LIMIT {limit:UInt64}`,
        { seq, limit },
      )
      return rows.map((row) => ({ seq: row[0], stated: statedIn(row) }))
    },
  }
}

function statedIn(row: EventRow): StatedRange | undefined {
  try {
    return statedRange(decodeEvent(row))
  } catch {
    return undefined
  }
}
