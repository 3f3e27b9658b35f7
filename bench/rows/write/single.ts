import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { requestHead } from '../../client/http-connection.ts'
import { type LoadResult, type PreparedRequest, sendAll } from '../../client/http-load.ts'
import { formatPercentiles, median, percentiles } from '../../client/percentiles.ts'
import { eventJson } from '../../events/event-json.ts'
import { generateEvents } from '../../events/generate-events.ts'
import { atLeast, format, type Row } from '../../row.ts'
import { startServer } from '../../server.ts'

const CONNECTIONS = 64
const RATIO_MIN = 0.7
/** Requests of one turn; each side has `TURNS`, in alternating order, after a warm-up. */
const TURN_REQUESTS = 20_000
const WARM_UP_REQUESTS = 4000
const TURNS = 3

/**
 * Single-event POSTs beside a bare Fastify route that only parses the same body and answers 201,
 * both driven by the same client.
 */
export const singleRow: Row = {
  name: 'single',
  isPerSize: false,
  async measure(bench) {
    const directory = join(bench.directory, 'single')
    await bench.stopServer()
    await rm(directory, { recursive: true, force: true })
    const count = WARM_UP_REQUESTS + TURNS * TURN_REQUESTS
    const bodies = [...generateEvents({ ...bench.eventOptions(count) })].map(eventJson)
    const server = await startServer(directory)
    const bareRoute = await bench.bareRoute('{}')
    const latencies: number[] = []
    const rates: { waybill: number[]; bare: number[] } = { waybill: [], bare: [] }
    try {
      for (let turn = 0; turn <= TURNS; turn += 1) {
        const from = turn === 0 ? 0 : WARM_UP_REQUESTS + (turn - 1) * TURN_REQUESTS
        const size = turn === 0 ? WARM_UP_REQUESTS : TURN_REQUESTS
        const requests = bodies
          .slice(from, from + size)
          .map((body) => toRequest(body, server.token))
        const waybill = async () => {
          const result = await post(server.url, requests)
          if (turn === 0) return
          rates.waybill.push(size / result.seconds)
          for (const ms of result.latenciesMs) latencies.push(ms)
        }
        const bare = async () => {
          const result = await post(bareRoute.url, requests)
          if (turn > 0) rates.bare.push(size / result.seconds)
        }
        for (const side of turn % 2 === 0 ? [waybill, bare] : [bare, waybill]) await side()
      }
    } finally {
      await server.stop()
      await bareRoute.close()
    }
    await rm(directory, { recursive: true, force: true })
    const [waybill, bare] = [median(rates.waybill), median(rates.bare)]
    const times = percentiles(latencies)
    return [
      {
        name: `single-event POSTs, ${CONNECTIONS} connections`,
        figure: `${format(waybill)} requests/s, ${formatPercentiles(times)}`,
        baselines: [
          { text: `bare Fastify route ${format(bare)} requests/s`, ratio: waybill / bare },
        ],
        goals: [atLeast('ratio', waybill / bare, RATIO_MIN)],
        values: { requestsPerSecond: waybill, bareRequestsPerSecond: bare, ...times },
      },
    ]
  },
}

function toRequest(json: string, token: string): PreparedRequest {
  const body = Buffer.from(json)
  const head = requestHead({
    method: 'POST',
    path: '/v1/events',
    token,
    contentType: 'application/json',
    contentLength: body.length,
  })
  return { head: Buffer.concat([head, body]) }
}

function post(url: string, requests: readonly PreparedRequest[]): Promise<LoadResult> {
  let sent = 0
  const next = () => {
    sent += 1
    return requests[sent - 1]
  }
  return sendAll({ url, connections: CONNECTIONS, expected: 201, next })
}
