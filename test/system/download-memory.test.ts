import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resetPeak, residentMemory, untilQuiet } from '../../bench/process-usage.ts'
import { eventually } from '../support/eventually.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const EVENTS = 200_000
const BATCH_EVENTS = 10_000
const GROWTH_BYTES_MAX = 100_000_000

let waybill: WaybillProcess

beforeAll(async () => {
  waybill = await startWaybill()
  await send('small', 1000)
  for (let sent = 0; sent < EVENTS; sent += BATCH_EVENTS) await send('large', BATCH_EVENTS)
})
afterAll(() => waybill.stop())

/** Events of one hour, as large as a registry's, with ids that nothing compresses. */
async function send(namespace: string, count: number): Promise<void> {
  const startMs = Date.UTC(2026, 10, 22)
  const lines = Array.from({ length: count }, () =>
    JSON.stringify({
      time: new Date(startMs + Math.floor(Math.random() * 3_600_000)).toISOString(),
      action: 'image.push',
      actor: { name: 'alice', kind: 'user' },
      target: { type: 'image', namespace, repository: 'app', tag: randomUUID() },
      client: { ip: '192.0.2.7', userAgent: 'docker/28.1.1 go/go1.24 kernel/6.8.0 os/linux' },
      source: { kind: 'api', name: 'registry', eventId: randomUUID() },
      details: { mediaType: 'application/vnd.oci.image.manifest.v1+json', size: 4321 },
    }),
  )
  const accepts = async () =>
    await waybill.request('/v1/events', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: lines.join('\n'),
    })
  // A slow disk refuses some for a while.
  const isAnswered = ({ status }: Response) => status !== 429
  const response = await eventually(accepts, isAnswered, { what: 'events are accepted' })
  expect(await response.text()).toContain(`"accepted":${count}`)
}

async function download(format: string, namespace: string): Promise<number> {
  const url = new URL(`/v1/events/export?format=${format}&namespace=${namespace}`, waybill.url)
  const request = get(url, { headers: { Authorization: `Bearer ${waybill.adminToken}` } })
  const [response]: IncomingMessage[] = await once(request, 'response')
  expect(response?.statusCode).toBe(200)
  let bytes = 0
  if (response !== undefined) for await (const chunk of response) bytes += chunk.length
  return bytes
}

test.each(['parquet', 'ndjson', 'ndjson&proof=1'])(
  'memory does not grow with a download as %s',
  {
    timeout: 120_000,
  },
  async (format) => {
    // What any download needs is there before it is measured what a large one adds.
    await download(format, 'small')
    await untilQuiet(waybill.pid)
    const before = await residentMemory(waybill.pid)
    await resetPeak(waybill.pid)
    const bytes = await download(format, 'large')
    const { peak } = await residentMemory(waybill.pid)
    expect(bytes).toBeGreaterThan(EVENTS * 50)
    expect(peak - before.now).toBeLessThan(GROWTH_BYTES_MAX)
  },
)
