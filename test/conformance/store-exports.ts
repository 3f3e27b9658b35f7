import { expect, test } from 'vitest'
import { formatTimestamp } from '../../src/core/timestamp.ts'
import { BASE_MICROS, eventOf } from '../support/store-events.ts'
import { collectBytes, collectText, type StoreHarness } from '../support/store-harness.ts'

/** More than the engine sends in one piece. */
const EVENTS = 70_000
const INSERT_EVENTS = 10_000
/** More than may be open at once. */
const STREAMS = 30

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
    expect(parquet.subarray(-4).toString()).toBe('PAR1')
    expect(parquet.indexOf('PAR1', 4)).toBe(parquet.length - 4)
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
        target: { name: '-1', tag: '@x' },
        actor: { kind: 'user', name: '+1', email: 'plain@example.org' },
      }),
    ])
    const filter = { tenants: ['csv'], conditions: [] }
    const csv = await collectText(opened.store.reader.export(filter, 'csv'))
    expect(csv).toContain('"a ""quoted"", text\nof two lines"')
    expect(csv).toContain('"\'=HYPERLINK(""http://evil"")"')
    for (const cell of ["'-1", "'@x", "'+1", 'plain@example.org'])
      expect(csv).toContain(`"${cell}"`)
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

function seqOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'seq' in value ? value.seq : undefined
}
