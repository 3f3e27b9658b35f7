import { expect, test } from 'vitest'
import type { Event } from '../../src/core/event/event.ts'
import { formatTimestamp } from '../../src/core/time/timestamp.ts'
import { mintUuid } from '../../src/core/values/uuid.ts'
import type { ClickHouseConnection } from '../../src/store/clickhouse/connection/connection.ts'
import { BASE_MICROS, eventOf } from '../support/store-events.ts'
import { collect, collectBytes, collectText, type StoreHarness } from '../support/store-harness.ts'

/** More than the engine sends in one piece. */
const EVENTS = 70_000
const INSERT_EVENTS = 10_000
/** A row group ends with the block of rows that fills it. */
const ROW_GROUP_ROWS_MAX = 20_000
/** More than a slice of a stream holds otherwise. */
const CROWD_EVENTS = 40_000
/** More than may be open at once. */
const STREAMS = 30

/** What an event may leave out, in the order of the columns. */
const OPTIONAL_COLUMNS = [
  ...['source_event_id', 'native_action', 'actor_id', 'actor_name', 'actor_email', 'actor_kind'],
  ...['target_type', 'target_id', 'target_name', 'target_namespace', 'target_repository'],
  ...['target_tag', 'target_digest', 'client_ip', 'client_user_agent', 'message', 'details'],
]

export function describeExports(harness: () => StoreHarness): void {
  test('each format is one document of all events, oldest first', async () => {
    const opened = await harness().open()
    const tenant = 'export'
    const filter = { tenants: [tenant], conditions: [] }
    for (let start = 0; start < EVENTS; start += INSERT_EVENTS) {
      await opened.insert(
        Array.from({ length: INSERT_EVENTS }, (_, index) =>
          // Back to front, so that the order of the document is not the order of arrival.
          eventOf({ tenant, time: formatTimestamp(BASE_MICROS - start - index) }),
        ),
      )
    }
    const { reader } = opened.store
    const expected = Array.from({ length: EVENTS }, (_, index) => EVENTS - 1 - index)

    const lines = (await collectText(reader.export(filter, 'ndjson'))).trimEnd().split('\n')
    expect(lines.map((line) => seqOf(JSON.parse(line)))).toEqual(expected)

    const list: unknown[] = JSON.parse(await collectText(reader.export(filter, 'json')))
    expect(list.map(seqOf)).toEqual(expected)

    const csv = (await collectText(reader.export(filter, 'csv'))).split('\r\n')
    expect(csv[0]).toMatch(/^origin,seq,id,time,/)
    expect(csv.at(-1)).toBe('')
    expect(csv.slice(1, -1).map((row) => Number(row.split(',')[1]))).toEqual(expected)

    const parquet = await collectBytes(reader.export(filter, 'parquet'))
    expect(parquet.subarray(0, 4).toString()).toBe('PAR1')
    expect(parquet.indexOf('PAR1', 4)).toBe(parquet.length - 4)
    const connection = await harness().connect()
    expect(await seqsOfParquet(connection, parquet)).toEqual(expected)
    // What the engine holds at once does not grow with the file.
    const rowGroups = await rowGroupsOf(connection, parquet)
    expect(rowGroups.reduce((sum, rows) => sum + rows)).toBe(EVENTS)
    expect(Math.max(...rowGroups)).toBeLessThanOrEqual(ROW_GROUP_ROWS_MAX)
  })

  test('events of several tenants are in order, however many share a microsecond', async () => {
    const opened = await harness().open()
    const tenants = ['crowd-1', 'crowd-2']
    const offsets = [-1, ...Array.from({ length: CROWD_EVENTS }, () => 0), 1, 7_200_000_000]
    await opened.insert(
      offsets.map((offset, index) =>
        eventOf({
          tenant: `crowd-${1 + (index % 2)}`,
          time: formatTimestamp(BASE_MICROS + offset),
        }),
      ),
    )
    const { reader } = opened.store
    const filter = { tenants, conditions: [] }
    const expected = offsets.map((_, index) => index)
    const parquet = await collectBytes(reader.export(filter, 'parquet'))
    expect(await seqsOfParquet(await harness().connect(), parquet)).toEqual(expected)
    const csv = (await collectText(reader.export(filter, 'csv'))).split('\r\n')
    expect(csv.slice(1, -1).map((row) => Number(row.split(',')[1]))).toEqual(expected)
    const newest = await collect(reader.stream(filter, 'newest'))
    expect(newest.map(({ seq }) => seq)).toEqual(expected.toReversed())
  })

  test('an export of nothing is a whole document too', async () => {
    const { reader } = (await harness().open()).store
    const filter = { tenants: [], conditions: [] }
    expect(await collectText(reader.export(filter, 'ndjson'))).toBe('')
    expect(JSON.parse(await collectText(reader.export(filter, 'json')))).toEqual([])
    expect((await collectText(reader.export(filter, 'csv'))).split('\r\n')).toHaveLength(2)
    const parquet = await collectBytes(reader.export(filter, 'parquet'))
    expect(parquet.subarray(-4).toString()).toBe('PAR1')
  })

  test('a filter by id applies to every format', async () => {
    const opened = await harness().open()
    const [stored] = await opened.insert([1, 2].map(() => eventOf({ tenant: 'by id' })))
    const id = stored?.event.id ?? ''
    const filter = { tenants: ['by id'], conditions: [{ field: 'id' as const, in: [id] }] }
    const { reader } = opened.store
    expect((await collectText(reader.export(filter, 'ndjson'))).split('\n')).toHaveLength(2)
    expect((await collectText(reader.export(filter, 'csv'))).split('\r\n')).toHaveLength(3)
    expect((await collectBytes(reader.export(filter, 'parquet'))).indexOf(id)).toBeGreaterThan(0)
  })

  test('CSV quotes what has to be quoted, and gives a spreadsheet no formula', async () => {
    const opened = await harness().open()
    await opened.insert([
      eventOf({
        tenant: 'csv',
        message: 'a "quoted", text\nof two lines',
        client: { userAgent: '=HYPERLINK("http://evil")' },
        target: { name: '-1', tag: '@x', id: '\n=1', repository: '\t=2', type: '＝3' },
        actor: { kind: 'user', name: '+1', email: 'plain@example.org', id: '\r=4' },
        source: { kind: 'api', name: '-a', eventId: '＠5' },
      }),
    ])
    const filter = { tenants: ['csv'], conditions: [] }
    const csv = await collectText(opened.store.reader.export(filter, 'csv'))
    expect(csv).toContain('"a ""quoted"", text\nof two lines"')
    expect(csv).toContain('"\'=HYPERLINK(""http://evil"")"')
    const guarded = ['-1', '@x', '+1', '\n=1', '\t=2', '＝3', '\r=4', '-a', '＠5']
    for (const cell of [...guarded.map((text) => `'${text}`), 'plain@example.org']) {
      expect(csv).toContain(`"${cell}"`)
    }
  })

  test('Parquet has nulls for what an event lacks, and JSON in `details`', async () => {
    const opened = await harness().open()
    const tenant = 'typed'
    const full = eventOf({
      tenant,
      time: formatTimestamp(BASE_MICROS),
      actor: { kind: 'user', id: 'u1', name: 'alice', email: 'a@example.org' },
      target: {
        ...{ type: 'image', id: 'i1', name: 'n1', namespace: 'team', repository: 'app' },
        ...{ tag: '1', digest: `sha256:${'0'.repeat(64)}` },
      },
      client: { ip: '192.0.2.7', userAgent: 'test/1' },
      nativeAction: 'push_repo',
      message: 'Pushed',
      // What the engine's own JSON type would lose.
      details: { 'a.b': 1, empty: {}, list: [], none: null, text: '' },
    })
    const { id, received } = full
    const bare: Event = {
      ...{ id: mintUuid(Date.now()), received, tenant },
      time: formatTimestamp(BASE_MICROS + 1),
      source: { kind: 'api', name: 'test' },
      ...{ action: 'image.pull', category: 'image', level: 'info', outcome: 'unknown' },
      actor: null,
    }
    await opened.insert([full, bare])
    const document = await collectBytes(
      opened.store.reader.export({ tenants: [tenant], conditions: [] }, 'parquet'),
    )
    const parameters = { base64: document.toString('base64') }
    const connection = await harness().connect()
    const source = 'base64Decode({base64:String})'
    const columns = await connection.rows<[string, string, string, number]>({
      sql: `SELECT c.1, c.5, c.6, c.3 FROM format(ParquetMetadata, ${source})
        ARRAY JOIN columns AS c`,
      parameters,
    })
    const nullable = columns.filter(([, , , maxDefinitionLevel]) => maxDefinitionLevel === 1)
    expect(nullable.map(([name]) => name)).toEqual(OPTIONAL_COLUMNS)
    expect(columns.find(([name]) => name === 'details')).toEqual([
      'details',
      'BYTE_ARRAY',
      'JSON',
      1,
    ])
    const asked = OPTIONAL_COLUMNS.map((name) => `${name} Nullable(String)`).join(', ')
    const rows = await connection.rows<(string | null)[]>({
      // As texts: the engine would read `details` as its own JSON type.
      sql: `SELECT * EXCEPT seq FROM format(Parquet, 'seq UInt64, ${asked}', ${source})
        ORDER BY seq`,
      parameters,
    })
    const details = '{"a.b":1,"empty":{},"list":[],"none":null,"text":""}'
    expect(rows).toEqual([
      [
        ...[id, 'push_repo', 'u1', 'alice', 'a@example.org', 'user', 'image', 'i1', 'n1', 'team'],
        ...['app', '1', `sha256:${'0'.repeat(64)}`, '192.0.2.7', 'test/1', 'Pushed', details],
      ],
      OPTIONAL_COLUMNS.map(() => null),
    ])
  })

  test('a stream that is given up takes nothing from those that come after it', async () => {
    const opened = await harness().open()
    const { reader } = opened.store
    const filter = { tenants: ['export'], conditions: [] }
    for (let count = 0; count < STREAMS; count += 1) {
      for await (const batch of reader.stream(filter, 'newest')) {
        expect(batch.length).toBeGreaterThan(0)
        break
      }
    }
    expect(await reader.count(filter)).toBe(EVENTS)
  })
}

/** In the order of the file. */
async function seqsOfParquet(connection: ClickHouseConnection, file: Buffer): Promise<number[]> {
  const rows = await connection.rows<[number]>({
    sql: `SELECT seq FROM format(Parquet, 'seq UInt64', ${contentOf(file)})
      SETTINGS input_format_parquet_preserve_order = 1, max_threads = 1`,
  })
  return rows.map(([seq]) => seq)
}

async function rowGroupsOf(
  connection: ClickHouseConnection,
  file: Buffer,
): Promise<readonly number[]> {
  const [[rowGroups = []] = []] = await connection.rows<[number[]]>({
    sql: `SELECT arrayMap(group -> group.num_rows, row_groups)
      FROM format(ParquetMetadata, ${contentOf(file)})`,
  })
  return rowGroups
}

/** In the statement's text, as a server takes no parameter of such a length. */
function contentOf(file: Buffer): string {
  return `base64Decode('${file.toString('base64')}')`
}

function seqOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'seq' in value ? value.seq : undefined
}
