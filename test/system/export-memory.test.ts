import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resetPeak, residentMemory, untilQuiet } from '../../bench/process-usage.ts'
import { type CallbackServer, startCallbackServer } from '../support/callback-server.ts'
import { askForExport, exportThat, isTold, sendPushes } from '../support/quay-exports.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

/** Events of the export; `WAYBILL_TEST_EXPORT_EVENTS=1000000` measures a large one. */
const EVENTS = Number(process.env['WAYBILL_TEST_EXPORT_EVENTS'] ?? 60_000)
const GROWTH_BYTES_MAX = 100_000_000

let waybill: WaybillProcess
let server: CallbackServer

beforeAll(async () => {
  server = await startCallbackServer()
  waybill = await startWaybill({ arguments: ['--exports-allowed-hosts', '127.0.0.1'] })
})
afterAll(async () => {
  await server.close()
  await waybill.stop()
})

/** Exports a namespace, follows the link to the end of the file, and answers its bytes. */
async function exportAndFetch(namespace: string, events: number): Promise<number> {
  const id = await askForExport(waybill, namespace, { callback_url: server.url })
  const shown = await exportThat(waybill, id, isTold, `${namespace} is exported`)
  expect(shown).toMatchObject({ status: 'success', entries: events, runs: 1 })
  const { exported_data_url: link } = JSON.parse(server.received.at(-1)?.body ?? '')
  const [response]: IncomingMessage[] = await once(get(link), 'response')
  let bytes = 0
  if (response !== undefined) for await (const chunk of response) bytes += chunk.length
  return bytes
}

test(`memory does not grow with an export: ${EVENTS} events`, async () => {
  await sendPushes(waybill, 'small', 1000)
  await sendPushes(waybill, 'large', EVENTS)
  // What any export needs is there before it is measured what a large one adds.
  await exportAndFetch('small', 1000)
  await untilQuiet(waybill.pid)
  const before = await residentMemory(waybill.pid)
  await resetPeak(waybill.pid)
  const startedMs = performance.now()
  const bytes = await exportAndFetch('large', EVENTS)
  const seconds = (performance.now() - startedMs) / 1000
  const { peak } = await residentMemory(waybill.pid)
  const megabytes = (value: number) => (value / 1e6).toFixed(0)
  process.stderr.write(
    `${EVENTS} events, ${megabytes(bytes)} MB, in ${seconds.toFixed(1)} s; resident ` +
      `${megabytes(before.now)} MB before, ${megabytes(peak)} MB at most\n`,
  )
  expect(bytes).toBeGreaterThan(EVENTS * 100)
  expect(peak - before.now).toBeLessThan(GROWTH_BYTES_MAX)
})
