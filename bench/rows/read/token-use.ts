import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requestHead } from '../../client/http-connection.ts'
import { type PreparedRequest, sendAll } from '../../client/http-load.ts'
import { ingest, waybillIntake } from '../../client/ingest-load.ts'
import { median } from '../../client/percentiles.ts'
import { nativePages } from '../../questions/page-cases.ts'
import { format, type Row } from '../../row.ts'
import { startServer } from '../../server.ts'

/** A small ledger: the cheaper the reads are, the more their recording weighs. */
const EVENTS = 100_000
const CONNECTIONS = 16
/** Requests of one turn; each side has `TURNS`, in alternating order, after a warm-up. */
const TURN_REQUESTS = 3000
const TURNS = 4

type Side = 'recorded' | 'unrecorded'

/**
 * What it costs that each use of a token becomes an event: pages read as fast as they come, by a
 * server that records the uses and by one that does not, in turn on one ledger.
 */
export const tokenUseRow: Row = {
  name: 'token-use',
  isPerSize: false,
  async measure(bench) {
    const directory = join(bench.directory, 'token-use')
    await bench.stopServer()
    await rm(directory, { recursive: true, force: true })
    const batches = await bench.openBatches(EVENTS)
    const loading = await startServer(directory)
    const connections = CONNECTIONS
    await ingest(waybillIntake(loading), { batches, events: EVENTS, connections })
    await loading.stop()
    const [latest] = nativePages(bench.eventOptions(EVENTS))
    const rates: Record<Side, number[]> = { recorded: [], unrecorded: [] }
    const configuration = `${directory}.json`
    await writeFile(configuration, JSON.stringify({ audit: { tokenUse: false } }))
    for (let turn = 0; turn <= TURNS; turn += 1) {
      const sides: readonly Side[] = ['recorded', 'unrecorded']
      for (const side of turn % 2 === 0 ? sides : sides.toReversed()) {
        const unrecorded = side === 'unrecorded' ? ['--config', configuration] : []
        const server = await startServer(directory, unrecorded)
        try {
          const requests = Array.from({ length: TURN_REQUESTS }, (_, index) =>
            toRequest(latest?.path(index) ?? '', server.token),
          )
          const { seconds } = await read(server.url, requests)
          if (turn > 0) rates[side].push(TURN_REQUESTS / seconds)
        } finally {
          await server.stop()
        }
      }
    }
    await rm(directory, { recursive: true, force: true })
    await rm(configuration)
    const [recorded, unrecorded] = [median(rates.recorded), median(rates.unrecorded)]
    return [
      {
        name: `pages whose tokens' uses are recorded, ${CONNECTIONS} connections`,
        figure: `${format(recorded)} requests/s`,
        baselines: [
          {
            text: `not recorded ${format(unrecorded)} requests/s`,
            ratio: recorded / unrecorded,
          },
        ],
        goals: [],
        values: { requestsPerSecond: recorded, unrecordedRequestsPerSecond: unrecorded },
      },
    ]
  },
}

function toRequest(path: string, token: string): PreparedRequest {
  return { head: requestHead({ method: 'GET', path, token }) }
}

function read(url: string, requests: readonly PreparedRequest[]) {
  let sent = 0
  const next = () => {
    sent += 1
    return requests[sent - 1]
  }
  return sendAll({ url, connections: CONNECTIONS, expected: 200, next })
}
