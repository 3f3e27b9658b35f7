import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'
import { LineDriver } from './line-driver.ts'
import { useInstalled } from './recipe.ts'

const folder = useInstalled({
  name: 'readers',
  toolchain: [['python3', '--version']],
  install: [
    ['python3', '-m', 'venv', 'venv'],
    ['venv/bin/python', '-m', 'pip', 'install', '--quiet', '--requirement', 'requirements.txt'],
  ],
})

const REQUIRED = [
  ...['origin', 'seq', 'id', 'time', 'received', 'tenant', 'source_kind', 'source_name'],
  ...['action', 'category', 'level', 'outcome'],
]

/** With details and without, and what spreadsheets get wrong. */
const EVENTS = [
  {
    time: '2026-03-29T00:59:59.999999Z',
    action: 'image.push',
    actor: { name: 'Jürgen Müller' },
    target: { namespace: 'typed', tag: '1.10' },
    client: { ip: '192.0.2.7', userAgent: '=HYPERLINK("http://x.invalid")' },
    message: '\n=1+1',
    details: { k: 'v1', 'a.b': null, list: [] },
  },
  {
    time: '2026-03-29T01:00:00Z',
    action: 'image.pull',
    actor: { name: '主婦' },
    target: { namespace: 'typed' },
  },
  {
    time: '2026-10-25T23:59:59.9999994Z',
    action: 'image.pull',
    actor: { name: '＝1+1' },
    target: { namespace: 'typed' },
    message: 'first line\nsecond, with "quotes" and ; semicolon',
    details: { other: 1 },
  },
]
const MICROS = EVENTS.map(({ time }) => Math.floor(Date.parse(time)) * 1000)
MICROS[0] = Date.UTC(2026, 2, 29, 0, 59, 59) * 1000 + 999_999
MICROS[2] = Date.UTC(2026, 9, 25, 23, 59, 59) * 1000 + 999_999
/** Of `details`, `client_ip` and `message`, for each event. */
const NULLS = [
  [false, false, false],
  [true, true, true],
  [false, true, false],
]

let waybill: WaybillProcess
let files: string
let driver: LineDriver | undefined

beforeAll(async () => {
  waybill = await startWaybill()
  files = mkdtempSync(join(tmpdir(), 'waybill-readers-'))
  const response = await waybill.request('/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(EVENTS),
  })
  expect(response.status).toBe(201)
})
afterAll(async () => {
  await driver?.close()
  await waybill.stop()
  rmSync(files, { recursive: true, force: true })
})

/** What a reader makes of an export of the events. */
async function read<Answer>(reader: string, query: string): Promise<Answer> {
  const response = await waybill.request(`/v1/events/export?namespace=typed&${query}`)
  expect(response.status).toBe(200)
  const file = join(files, reader)
  writeFileSync(file, Buffer.from(await response.arrayBuffer()))
  driver ??= new LineDriver(['venv/bin/python', 'driver.py'], folder())
  return driver.ask<Answer>({ reader, file })
}

type Types = Readonly<Record<string, string>>

describe('Parquet has types, nulls and JSON', () => {
  test('for DuckDB', async () => {
    const found = await read<{ types: Types }>('duckdb', 'format=parquet')
    expect(found).toMatchObject({
      member: ['v1', null, null],
      kind: ['OBJECT', null, 'OBJECT'],
      null: NULLS,
      empty: 0,
      micros: MICROS,
    })
    const { seq, time, received, details, ...texts } = found.types
    expect([seq, time, received, details]).toEqual([
      ...['UBIGINT', 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMP WITH TIME ZONE', 'JSON'],
    ])
    expect(new Set(Object.values(texts))).toEqual(new Set(['VARCHAR']))
  })

  test('for pandas, by pyarrow', async () => {
    const found = await read<{ types: Types }>('pandas', 'format=parquet')
    expect(found).toMatchObject({
      required: REQUIRED,
      member: ['v1', null],
      null: NULLS,
      micros: MICROS,
    })
    const { seq, time, received, details, ...texts } = found.types
    expect([seq, time, received, details]).toEqual([
      ...['uint64', 'timestamp[us, tz=UTC]', 'timestamp[us, tz=UTC]', 'extension<arrow.json>'],
    ])
    expect(new Set(Object.values(texts))).toEqual(new Set(['string']))
  })

  test('for Polars', async () => {
    const found = await read<{ types: Types }>('polars', 'format=parquet')
    expect(found).toMatchObject({
      member: ['v1', null, null],
      decoded: ['v1', null, null],
      null: NULLS,
      micros: MICROS,
    })
    expect(found.types).toMatchObject({
      seq: 'UInt64',
      time: "Datetime(time_unit='us', time_zone='UTC')",
      client_ip: 'String',
    })
  })
})

describe('CSV, as a spreadsheet takes it', () => {
  interface Sheet {
    readonly marked: boolean
    readonly rows: readonly Types[]
  }

  test('has its names with a byte-order mark, and no formula', async () => {
    const { marked, rows } = await read<Sheet>('csv', 'format=csv&bom=true')
    expect(marked).toBe(true)
    expect(Object.keys(rows[0] ?? {})[0]).toBe('origin')
    expect(rows.map((row) => row['actor_name'])).toEqual(['Jürgen Müller', '主婦', "'＝1+1"])
    expect(rows.map((row) => row['message'])).toEqual([...["'\n=1+1", '', EVENTS[2]?.message]])
    expect(rows[0]).toMatchObject({
      client_user_agent: `'=HYPERLINK("http://x.invalid")`,
      target_tag: '1.10',
      details: '{"a.b":null,"k":"v1","list":[]}',
    })
    const cells = rows.flatMap((row) => Object.values(row))
    expect(cells.filter((cell) => /^[=+\-@＝＋－＠\t\r\n]/.test(cell))).toEqual([])
  })

  test('is read in the local code page without one', async () => {
    const { marked, rows } = await read<Sheet>('csv', 'format=csv')
    expect(marked).toBe(false)
    expect(rows[0]?.['actor_name']).toBe('JÃ¼rgen MÃ¼ller')
  })
})
