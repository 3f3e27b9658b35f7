import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ingest, waybillIntake } from '../../client/ingest-load.ts'
import { median } from '../../client/percentiles.ts'
import { BatchReader, writeBatches } from '../../events/batch-file.ts'
import { ndjsonBatches } from '../../events/ndjson-batches.ts'
import { residentMemory, untilQuiet } from '../../process-usage.ts'
import { atMost, format, type Measurement, type Row } from '../../row.ts'
import { startServer } from '../../server.ts'
import type { Workbench } from '../../workbench.ts'

const READY_MS_MAX = 1500
const IDLE_MEGABYTES_MAX = 400
const MEGABYTE = 1_000_000
const STARTS = 3
/** Events that are sent before each kill. */
const MORE_EVENTS = 20_000
/** How long a server runs before it is ended, so that it is past what it does at its start. */
const RUN_MS = 1000

/**
 * From the start of the process to its ready line: after a clean stop, and after a kill -9 right
 * after more events were acknowledged. The latter on a copy, so that the ledger stays as it is.
 */
export const startRow: Row = {
  name: 'start',
  isPerSize: true,
  isForAnySize: true,
  async measure(bench, events) {
    await bench.serving(events)
    await bench.stopServer()
    const directory = bench.ledgerDirectory(events)
    const afterStop = await startsAfterStop(directory)
    const server = await startServer(directory)
    await untilQuiet(server.pid)
    const idle = (await residentMemory(server.pid)).now / MEGABYTE
    await server.stop()
    const afterKill = await startsAfterKill(bench, events)
    return [
      start(events, 'after a clean stop', median(afterStop)),
      start(events, 'after kill -9', median(afterKill)),
      {
        name: 'resident memory when idle',
        events,
        figure: `${format(idle)} MB`,
        baselines: [],
        goals: [atMost('', idle, IDLE_MEGABYTES_MAX, ' MB')],
        values: { idleMegabytes: idle },
      },
    ]
  },
}

function start(events: number, name: string, ms: number): Measurement {
  return {
    name: `start, ${name}`,
    events,
    figure: `${format(ms)} ms to ready`,
    baselines: [],
    goals: [atMost('', ms, READY_MS_MAX, ' ms')],
    values: { readyMs: ms },
  }
}

async function startsAfterStop(directory: string): Promise<readonly number[]> {
  const times: number[] = []
  for (let turn = 0; turn < STARTS; turn += 1) {
    const server = await startServer(directory)
    times.push(server.readyMs)
    await sleep(RUN_MS)
    await server.stop()
  }
  return times
}

async function startsAfterKill(bench: Workbench, events: number) {
  const directory = await bench.copyOfLedger(events, 'killed')
  const times: number[] = []
  for (let turn = 0; turn <= STARTS; turn += 1) {
    const server = await startServer(directory)
    // The first start follows the clean stop before the copy.
    if (turn > 0) times.push(server.readyMs)
    const options = { ...bench.eventOptions(MORE_EVENTS), seed: events + turn }
    const path = join(bench.directory, 'more.ndjson')
    const batches = await BatchReader.open(await writeBatches(path, ndjsonBatches(options)))
    await ingest(waybillIntake(server), { batches, events: MORE_EVENTS, connections: 1 })
    await server.kill()
  }
  await rm(directory, { recursive: true, force: true })
  return times
}
