import { request } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { draftOf } from '../../src/core/event/draft.ts'
import { eventually } from '../support/eventually.ts'
import { startClickHouseServer } from '../support/store-clickhouse-server.ts'
import { canonicalOf, eventOf } from '../support/store-events.ts'
import { createStoreHarness } from '../support/store-harness.ts'
import { registerStoreConformance } from './store-suite.ts'

/** A server looks for the statement in so much of a body before it begins to run it. */
const PEEKED_BYTES = 1024 * 1024

registerStoreConformance('a ClickHouse server', async () => {
  const server = await startClickHouseServer()
  return createStoreHarness({ url: `${server.url}/waybill` }, () => server.stop())
})

test('an insert whose outcome is not known is ended, and stored once when repeated', async () => {
  const server = await startClickHouseServer()
  const harness = createStoreHarness({ url: `${server.url}/waybill` }, () => server.stop())
  onTestFinished(() => harness.close())
  const { store, origin } = await harness.open()
  const connection = await harness.connect()
  const { writer } = store
  const running = () =>
    connection.rows<[string]>({
      sql: 'SELECT query_id FROM system.processes WHERE startsWith(query_id, {origin:String})',
      parameters: { origin: `${origin}/` },
    })

  // Its sender sends a part of it, and is not heard of again.
  const query = 'INSERT INTO event_inbox (seq) FORMAT RowBinary'
  const search = new URLSearchParams({ query, query_id: `${origin}/0-0`, database: 'waybill' })
  const silent = request(`${server.url}/?${search}`, { method: 'POST' })
  silent.on('error', () => undefined)
  silent.write(Buffer.alloc(PEEKED_BYTES))
  await eventually(running, ({ length }) => length === 1, { what: 'the insert runs' })
  const ended = writer.endInserts()
  silent.destroy()
  await ended
  expect(await running()).toEqual([])
  expect(await writer.size()).toBe(0)

  const event = eventOf({ message: 'once' })
  const rows = [writer.encode([draftOf(event, canonicalOf(event))], '')]
  await writer.insert({ firstSeq: 0, rows })
  await writer.insert({ firstSeq: 0, rows })
  expect(await connection.rows({ sql: 'SELECT count() FROM events' })).toEqual([[1]])
})
