import { isUuid } from '../../../core/values/uuid.ts'
import type { KnownEvent, NamedLookup } from '../../../ledger/event-writer.ts'
import { storedNameText } from '../../../ledger/names/draft-names.ts'
import type { ClickHouseConnection } from '../connection/connection.ts'
import { EVENT_ID_SQL } from '../event-columns.ts'
import { StatementParameters } from '../filter/statement-parameters.ts'

/** Names looked up in one query. */
const NAMES_AT_ONCE = 1000

type NameRow = [
  tenant: string,
  sourceKind: string,
  sourceName: string,
  eventId: string,
  seq: number,
  origin: string,
]

/**
 * Finds events by their senders' ids; the result is keyed by position in `names`.
 *
 * A retry repeats its event's time, so (tenant, time), the head of the sort key, finds most. Only
 * names not found there (an event without a time gets another one at each delivery) are looked up
 * by id alone.
 */
export async function findNamed(
  connection: ClickHouseConnection,
  names: readonly NamedLookup[],
): Promise<ReadonlyMap<number, KnownEvent>> {
  const found = new Map<number, KnownEvent>()
  for (let start = 0; start < names.length; start += NAMES_AT_ONCE) {
    const batch = names.slice(start, start + NAMES_AT_ONCE)
    const atTimes = await readNames(connection, batch, 'at-times')
    const missing = batch.filter((name) => !atTimes.has(storedNameText(name)))
    const anywhere = await readNames(connection, missing, 'anywhere')
    for (const [index, name] of batch.entries()) {
      const known = atTimes.get(storedNameText(name)) ?? anywhere.get(storedNameText(name))
      if (known !== undefined) found.set(start + index, known)
    }
  }
  return found
}

async function readNames(
  connection: ClickHouseConnection,
  names: readonly NamedLookup[],
  where: 'at-times' | 'anywhere',
): Promise<ReadonlyMap<string, KnownEvent>> {
  if (names.length === 0) return new Map()
  const parameters = new StatementParameters()
  const tenants = parameters.add('Array(String)', distinct(names.map(({ tenant }) => tenant)))
  const eventIds = names.map(({ eventId }) => eventId)
  const ownIds = parameters.add('Array(String)', eventIds)
  const uuids = parameters.add('Array(UUID)', eventIds.filter(isUuid))
  const times = parameters.add('Array(Int64)', distinct(names.map((name) => name.timeMicros)))
  const timeTest = `AND time IN arrayMap(t -> fromUnixTimestamp64Micro(t, 'UTC'), ${times})`
  const rows = await connection.rows<NameRow>({
    sql: `SELECT tenant, source_kind, source_name, ${EVENT_ID_SQL}, seq, origin FROM events
      WHERE tenant IN ${tenants} ${where === 'at-times' ? timeTest : ''}
        AND (source_event_id != '' AND source_event_id IN ${ownIds}
          OR event_id_is_id = '1' AND id IN ${uuids})`,
    parameters: parameters.values,
  })
  return new Map(
    rows.map(([tenant, sourceKind, sourceName, eventId, seq, origin]) => [
      storedNameText({ tenant, sourceKind, sourceName, eventId }),
      { seq, origin },
    ]),
  )
}

function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)]
}
