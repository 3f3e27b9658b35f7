import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { REFUSED, sendAll } from '../../client/http-load.ts'
import { intakeRequest, waybillIntake } from '../../client/ingest-load.ts'
import { ndjsonBatches } from '../../events/ndjson-batches.ts'
import { processorSeconds, untilQuiet } from '../../process-usage.ts'
import { atMost, format, type Row } from '../../row.ts'
import { type Server, startServer } from '../../server.ts'
import type { Workbench } from '../../workbench.ts'

const SHARE_MAX = 0.02
const BATCHES = 200
const BATCH_EVENTS = 1000
/** How often each refused batch is sent again. */
const REPEATS = 5
const CONNECTIONS = 8
/** Longer than a batch may wait for its insert before others are refused. */
const STALL_MS = 7000
const STORED = 201

/**
 * The processor time of a batch that is refused for overload, next to that of one that is stored
 * and indexed. Overload is real: the store is a ClickHouse server that is stopped (SIGSTOP) while
 * events wait for it. Each batch is refused as a new one first, then as a repeated one.
 */
export const refusedRow: Row = {
  name: 'refused',
  isPerSize: false,
  async measure(bench) {
    const batches = [...ndjsonBatches(bench.eventOptions(BATCHES * BATCH_EVENTS))]
    const storedMs = await measureStored(bench, batches)
    const { freshMs, repeatedMs } = await measureRefused(bench, batches)
    const dearerMs = Math.max(freshMs, repeatedMs)
    return [
      {
        name: 'a batch of 1 000 events that is refused for overload',
        figure:
          `${format(freshMs)} ms of processor time, ` +
          `${format(repeatedMs)} ms when it is sent again`,
        baselines: [
          {
            text: `a stored one ${format(storedMs)} ms, merges included`,
            ratio: dearerMs / storedMs,
          },
        ],
        goals: [atMost('', dearerMs / storedMs, SHARE_MAX, ' of a stored one')],
        values: { freshMs, repeatedMs, storedMs },
      },
    ]
  },
}

async function measureStored(bench: Workbench, batches: readonly Buffer[]): Promise<number> {
  const directory = join(bench.directory, 'stored')
  await bench.stopServer()
  await rm(directory, { recursive: true, force: true })
  const server = await startServer(directory)
  try {
    await untilQuiet(server.pid)
    const ms = await processorMs(server, { batches, status: STORED, isRestAwaited: true })
    bench.log(`a stored batch: ${format(ms)} ms of processor time`)
    return ms
  } finally {
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

async function measureRefused(bench: Workbench, batches: readonly Buffer[]) {
  const directory = join(bench.directory, 'refused')
  const configuration = `${directory}.json`
  await rm(directory, { recursive: true, force: true })
  await writeFile(configuration, JSON.stringify({ ledger: { acknowledge: 'journal' } }))
  const clickHouse = await bench.startClickHouse()
  const options = ['--store', clickHouse.url, '--config', configuration]
  const server = await startServer(directory, options)
  try {
    const [first, ...others] = batches
    clickHouse.pause()
    await processorMs(server, { batches: first === undefined ? [] : [first], status: STORED })
    await sleep(STALL_MS)
    const freshMs = await processorMs(server, { batches: others, status: REFUSED })
    const again = Array.from({ length: REPEATS }, () => others).flat()
    const repeatedMs = await processorMs(server, { batches: again, status: REFUSED })
    bench.log(`a refused batch: ${format(freshMs)} ms, sent again ${format(repeatedMs)} ms`)
    return { freshMs, repeatedMs }
  } finally {
    clickHouse.resume()
    await server.kill()
    await clickHouse.stop()
    await rm(directory, { recursive: true, force: true })
    await rm(configuration)
  }
}

/** The server's processor time for one batch, in milliseconds. */
async function processorMs(
  server: Server,
  load: {
    readonly batches: readonly Buffer[]
    readonly status: number
    readonly isRestAwaited?: true
  },
): Promise<number> {
  const intake = waybillIntake(server)
  const requests = load.batches
    .map((body) => intakeRequest(intake, body, 'application/x-ndjson'))
    .values()
  const before = await processorSeconds(server.pid)
  await sendAll({
    url: server.url,
    connections: CONNECTIONS,
    expected: load.status,
    repeatsRefused: load.status === STORED,
    next: () => requests.next().value,
  })
  if (load.isRestAwaited) await untilQuiet(server.pid)
  return (((await processorSeconds(server.pid)) - before) * 1000) / load.batches.length
}
