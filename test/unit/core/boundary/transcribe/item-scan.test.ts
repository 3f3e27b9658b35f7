import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type EventBodyForm,
  parseEventBody,
} from '../../../../../src/core/boundary/parse-event-body.ts'
import {
  hasValuesOver,
  type ItemLimits,
  type ItemScan,
  scanJson,
  scanLines,
} from '../../../../../src/core/boundary/transcribe/item-scan.ts'
import { Fault } from '../../../../../src/core/errors.ts'
import {
  BATCH_BYTES_MAX,
  BATCH_EVENTS_MAX,
  PROBLEMS_NAMED_MAX,
  SENT_EVENT_BYTES_MAX,
} from '../../../../../src/core/limits.ts'

const NO_LIMIT = 1_000_000

function pushAll(scan: ItemScan, body: Buffer, chunkBytes: number) {
  for (let start = 0; start < body.length; start += chunkBytes) {
    const exceeded = scan.push(body.subarray(start, start + chunkBytes))
    if (exceeded !== undefined) return exceeded
  }
  return undefined
}

/** Whether `make` accepts exactly bodies of up to so many items, however they are cut. */
function expectCount(make: (limits: ItemLimits) => ItemScan, body: Buffer, items: number) {
  for (const chunkBytes of [1, 2, 7, body.length + 1]) {
    const scan = (itemsMax: number) =>
      pushAll(make({ itemsMax, itemBytesMax: NO_LIMIT }), body, chunkBytes)
    expect(scan(items)).toBeUndefined()
    if (items > 1) expect(scan(items - 1)).toBe('items')
  }
}

const odd = fc.constantFrom('"[,]"', '"\\\\"', '"\\",{"', '[[1,2],{"a":[,]}]', '{"a,":"}"}', '7')
const value = fc.oneof(fc.json({ depthSize: 'small' }), odd)

test('the items of a JSON array are counted before it is parsed, in chunks of any size', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 12 }), (items) => {
      expectCount(scanJson, Buffer.from(` [ ${items.join(' ,\n')} ] `), items.length)
    }),
    { numRuns: 300 },
  )
})

test('the lines and the records of a body are counted, blank ones left out', () => {
  const separators = fc.array(fc.constantFrom('\n', '\r\n', '\n \t\n'), {
    minLength: 8,
    maxLength: 8,
  })
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), separators, (items, ends) => {
      const lines = items.map((item, index) => item.replaceAll('\n', ' ') + ends[index]).join('')
      expectCount((limits) => scanLines('ndjson', limits), Buffer.from(lines), items.length)
      const records = items.map((item) => `\u001e${item}\n`).join('')
      expectCount((limits) => scanLines('json-seq', limits), Buffer.from(records), items.length)
    }),
    { numRuns: 300 },
  )
})

const FORMS: readonly EventBodyForm[] = ['json', 'ndjson', 'json-seq']

function bodyOf(form: EventBodyForm, items: readonly string[]): Buffer {
  if (form === 'json') return Buffer.from(`[${items.join(',')}]`)
  return Buffer.from(items.map((item) => `${form === 'ndjson' ? '' : '\u001e'}${item}\n`).join(''))
}

function faultOf(body: Buffer, form: EventBodyForm): Fault {
  const source = { kind: 'api', name: 'alice' }
  try {
    parseEventBody(body, form, { receivedMicros: 1, tenant: 'a', anyTenant: false, source })
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('the body is accepted')
}

/** A body of the largest size that holds as much of `unit` as fits. */
const filled = (unit: string) =>
  Buffer.from(unit.repeat(Math.floor(BATCH_BYTES_MAX / Buffer.byteLength(unit))))

const inArray = (unit: string) => Buffer.from(`[${unit.repeat(10_000_000)}`)

test.each<[string, EventBodyForm, Buffer]>([
  ['objects in an array', 'json', inArray('{},')],
  ['objects behind a stray brace', 'json', inArray('},{')],
  ['closed arrays', 'json', filled('[],')],
  ['objects in a whole array', 'json', Buffer.from(`[${'{},'.repeat(BATCH_EVENTS_MAX)}{}]`)],
  ['numbers in an array', 'json', Buffer.from(`[${'0,'.repeat(10_000_000)}0]`)],
  ['nested arrays', 'json', filled('[')],
  ['one object', 'json', Buffer.from(`{${'"a":{},'.repeat(2_000_000)}"a":0}`)],
  ['one string', 'json', Buffer.from(`"${'x'.repeat(20_000_000)}"`)],
  ['one open string in an array', 'json', Buffer.from(`["${'\\'.repeat(20_000_000)}`)],
  ['blanks', 'json', filled(' ')],
  ['lines', 'ndjson', filled('{}\n')],
  ['lines that are not JSON', 'ndjson', filled('x\n')],
  ['lines of byte-order marks', 'ndjson', filled('\ufeff\n')],
  ['one line', 'ndjson', filled('{"a":')],
  ['blank lines', 'ndjson', filled('\n')],
  ['blank lines with blanks', 'ndjson', filled(' \r\n\t\n')],
  ['blank records', 'json-seq', filled('\u001e')],
  ['records', 'json-seq', filled('\u001e{}')],
  ['one record', 'json-seq', Buffer.from(`\u001e${'[0,'.repeat(5_000_000)}`)],
])('32 MiB of %s are refused by a limit that is named', (_what, form, body) => {
  const { code, detail } = faultOf(body, form)
  expect(code).toBe('request.too-large')
  expect(detail).toMatch(new RegExp(`at most (${BATCH_EVENTS_MAX}|${SENT_EVENT_BYTES_MAX}) `))
})

test('blank lines around events do not count as events', () => {
  const body = Buffer.from('\n'.repeat(50_000) + '{"action":"image.push"}\n\n'.repeat(10))
  const source = { kind: 'api', name: 'alice' }
  const reception = { receivedMicros: 1, tenant: 'a', anyTenant: false, source }
  expect(parseEventBody(body, 'ndjson', reception)).toHaveLength(10)
})

test.each(FORMS)('the most events that a request may have are read as %s, and no more', (form) => {
  const source = { kind: 'api', name: 'alice' }
  const reception = { receivedMicros: 1, tenant: 'a', anyTenant: false, source }
  const most = Array.from({ length: BATCH_EVENTS_MAX }, () => '{"action":"image.push"}')
  expect(parseEventBody(bodyOf(form, most), form, reception)).toHaveLength(BATCH_EVENTS_MAX)
  const { code, detail } = faultOf(bodyOf(form, [...most, '{"action":"image.push"}']), form)
  expect(code).toBe('request.too-large')
  expect(detail).toBe(`a request can have at most ${BATCH_EVENTS_MAX} events`)
})

test.each(FORMS)('reading ends once as many problems as are named are found, as %s', (form) => {
  const invalid = Array.from({ length: PROBLEMS_NAMED_MAX }, () => '{"action":"image.push","x":1}')
  // What follows would be malformed, were it read.
  const fault = faultOf(bodyOf(form, [...invalid, 'not JSON at all']), form)
  expect(fault.code).toBe('event.invalid')
  expect(fault.problems).toHaveLength(PROBLEMS_NAMED_MAX)
  expect(fault.problems.at(-1)?.index).toBe(PROBLEMS_NAMED_MAX - 1)
  expect(fault.detail).toContain(`reading stopped after ${PROBLEMS_NAMED_MAX} problems`)
  const fewer = faultOf(bodyOf(form, [...invalid.slice(1), 'not JSON at all']), form)
  expect(fewer.code).toBe('request.malformed')
})

test('a duplicate key is a problem of its event, next to those of others', () => {
  const items = ['{"action":"image.push","action":"image.pull"}', '{"action":1}']
  for (const form of FORMS) {
    const { problems } = faultOf(bodyOf(form, items), form)
    expect(problems.map(({ index }) => index)).toEqual([0, 1])
    expect(problems[0]?.expected).toBe('each key once; "action" occurs twice')
  }
})

test('the values of a delivery are counted, whatever its texts hold', () => {
  const json = Buffer.from('{"a":[1,2,{"b":"[,,,{\\",,"}],"c":{}}')
  const values = 10
  expect(hasValuesOver(json, values)).toBe(false)
  expect(hasValuesOver(json, values - 5)).toBe(true)
})
