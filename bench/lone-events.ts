// Compares lone events with the same events in batches: the parts that they leave and how fast
// pages of them are. `npm run build && npx tsx bench/lone-events.ts 1000000`; 30,000 events show
// that it works.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, stdout } from 'node:process'
import { openChdb } from '../src/store/clickhouse/connection/connection-chdb.ts'
import { startWaybill } from '../test/support/waybill-process.ts'
import { requestHead } from './client/http-connection.ts'
import { type PreparedRequest, sendAll } from './client/http-load.ts'
import { formatPercentiles, percentiles } from './client/percentiles.ts'
import { eventJson } from './events/event-json.ts'
import { generateEvents } from './events/generate-events.ts'
import { untilQuiet } from './process-usage.ts'

const CONNECTIONS = 16
const BATCH_EVENTS = 1000
const SEED = 20_261_122
const PAGES = 200
const PAGE_PATHS = [
  '/v1/events?limit=50',
  '/v1/events?limit=50&action=image.push',
  '/v1/events?limit=50&order=oldest',
]

/** Loads the events, so many in a request, and prints what they left behind. */
async function measure(count: number, batchEvents: number): Promise<void> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'waybill-lone-'))
  const waybill = await startWaybill({ dataDirectory })
  const { url, adminToken: token } = waybill
  try {
    const requests = requestsOf({ count, batchEvents, token })
    const next = () => requests.next().value ?? undefined
    const options = { url, connections: CONNECTIONS, next, expected: 201, repeatsRefused: true }
    const load = await sendAll(options)
    // A page is answered when the store has every event; merges go on behind it.
    await waybill.request('/v1/events?limit=1')
    await untilQuiet(waybill.pid)
    stdout.write(`${batchEvents} in a request: ${Math.round(count / load.seconds)} events/s\n`)
    for (const path of PAGE_PATHS) {
      const head = requestHead({ method: 'GET', path, token })
      const pages = Array.from({ length: PAGES }, () => ({ head }))
      const nextPage = () => pages.pop()
      const { latenciesMs } = await sendAll({ url, connections: 1, next: nextPage, expected: 200 })
      stdout.write(`  ${path}: ${formatPercentiles(percentiles(latenciesMs))}\n`)
    }
    await waybill.stop()
    stdout.write(`  parts: ${await activeParts(dataDirectory)}\n`)
  } finally {
    await waybill.kill()
    rmSync(dataDirectory, { recursive: true })
  }
}

function* requestsOf(load: {
  readonly count: number
  readonly batchEvents: number
  readonly token: string
}): Generator<PreparedRequest, undefined> {
  const { count, batchEvents, token } = load
  const contentType = batchEvents === 1 ? 'application/json' : 'application/x-ndjson'
  const path = '/v1/events'
  let lines: string[] = []
  let made = 0
  for (const event of generateEvents({ seed: SEED, count, endMicros: Date.now() * 1000 })) {
    lines.push(eventJson(event))
    made += 1
    if (lines.length < batchEvents && made < count) continue
    const body = Buffer.from(lines.join('\n'))
    const contentLength = body.length
    yield { head: requestHead({ method: 'POST', path, token, contentType, contentLength }), body }
    lines = []
  }
  return undefined
}

async function activeParts(dataDirectory: string): Promise<number> {
  const connection = openChdb(dataDirectory)
  try {
    const sql = `SELECT count() FROM system.parts WHERE table = 'events' AND active`
    const [row] = await connection.rows<[number]>({ sql })
    return row?.[0] ?? 0
  } finally {
    await connection.close()
  }
}

const count = Number(argv[2])
if (!Number.isSafeInteger(count) || count < BATCH_EVENTS) {
  throw new Error(`expected a number of events, at least ${BATCH_EVENTS}`)
}
await measure(count, 1)
await measure(count, BATCH_EVENTS)
