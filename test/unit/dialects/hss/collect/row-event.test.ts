import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseNewEvent } from '../../../../../src/core/boundary/parse-event.ts'
import { TIME_MICROS_END } from '../../../../../src/core/time/timestamp.ts'
import { readRow, rowEvent } from '../../../../../src/dialects/hss/collect/row-event.ts'
import { presentRow } from '../../../../../src/dialects/hss/present.ts'
import { anyEvent } from '../../../../support/store-events.ts'

const RECEPTION = {
  receivedMicros: Date.UTC(2026, 10, 22) * 1000,
  tenant: 'default',
  anyTenant: false,
  source: { kind: 'hss', name: 'main' },
}

/** A row as it is answered after it was collected. */
function through(row: unknown) {
  const read = readRow(row)
  if (read === undefined) throw new Error('no row')
  const { event } = parseNewEvent(rowEvent(read), RECEPTION)
  return { event, row: presentRow({ event, origin: 'o', seq: 0 }) }
}

/** The row of the vendor's page. */
const ROW = {
  resource_name: 'name',
  resource_type: 'scc_hss_container/hello-world:*',
  event_name: 'operation',
  event_id: 'f989**25-b3a4-4d88-b05a-cc***cd1205',
  event_type: 'eventtype',
  source_ip: '100.93.10.***',
  user_name: 'usertest',
  time: 1737465650731,
  content: 'successfully started container k8s_infer-8995e1d2-c409-4ada-ab1b-77e611497bf1_infer',
}

test("the row of the vendor's page becomes an event, and is answered as it was", () => {
  const { event, row } = through(ROW)
  expect(row).toEqual(ROW)
  expect(Object.keys(row)).toEqual(Object.keys(ROW))
  expect(event).toMatchObject({
    time: '2025-01-21T13:20:50.731000Z',
    source: { kind: 'hss', name: 'main', eventId: ROW.event_id },
    action: 'container.operate',
    nativeAction: 'operation',
    category: 'container',
    outcome: 'unknown',
    actor: { name: 'usertest', kind: 'user' },
    target: { type: 'scc_hss_container/hello-world:*', name: 'name' },
    message: ROW.content,
    details: { event_type: 'eventtype', source_ip: '100.93.10.***' },
  })
})

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '10.0.0.5', '2001:DB8::1', '::ffff:10.0.0.1', 'x'.repeat(513), '\u2028'),
)
const rows = fc.record({
  resource_name: text,
  resource_type: text,
  event_name: text,
  event_id: fc.oneof(
    text,
    fc.uuid(),
    fc.uuid().map((id) => id.toUpperCase()),
  ),
  event_type: text,
  source_ip: text,
  user_name: text,
  time: fc.oneof(
    fc.integer({ min: 0, max: TIME_MICROS_END / 1000 - 1 }),
    fc.constantFrom(-1, TIME_MICROS_END / 1000, Number.MAX_SAFE_INTEGER),
  ),
  content: fc.oneof(text, fc.constantFrom('x'.repeat(8192), '測'.repeat(12_000))),
})

test('any row comes out as it went in', () => {
  fc.assert(
    fc.property(rows, (row) => {
      expect(through(row).row).toEqual(row)
    }),
  )
})

test('what Waybill answers, whatever it is about, is the same after it was collected', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const row = presentRow({ event, origin: 'o', seq: 0 })
      expect(through(row).row).toEqual(JSON.parse(JSON.stringify(row).replaceAll('\\u0000', '')))
    }),
  )
})

test('what no event can hold is cut, and never stops a reading', () => {
  const long = { ...ROW, content: '"'.repeat(100_000), user_name: 'y'.repeat(5000) }
  const { row } = through(long)
  expect(row).toMatchObject({ content: '"'.repeat(12 * 1024), user_name: 'y'.repeat(2048) })
  const odd = through({ ...ROW, user_name: 'a\0b\ud800', content: null, time: 'now', event_id: 7 })
  expect(odd.row).toMatchObject({ user_name: 'ab\ufffd', content: '', event_id: '7' })
})

test('rows without a name of their own are told apart by what they say', () => {
  const nameless = { ...ROW, event_id: '' }
  const ids = [nameless, { ...nameless, time: 1 }, { ...nameless, content: 'other' }].map(
    (row) => through(row).event.source.eventId,
  )
  expect(new Set(ids).size).toBe(3)
  expect(through(nameless).event.source.eventId).toBe(ids[0])
})

test('what is no object is kept as a dead letter', () => {
  for (const value of [null, 1, 'x', []]) {
    expect(rowEvent(readRow(value))).toMatchObject({
      action: 'source.dead-letter',
      details: { body: JSON.stringify(value) },
    })
  }
  expect(readRow({})).toMatchObject({ content: '', time: undefined })
})
