import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ingest, waybillIntake } from '../../client/ingest-load.ts'
import { forMs, READERS, readPages } from '../../client/read-load.ts'
import { BatchReader, writeBatches } from '../../events/batch-file.ts'
import { ndjsonBatches } from '../../events/ndjson-batches.ts'
import { untilQuiet } from '../../process-usage.ts'
import { readerPath } from '../../questions/page-cases.ts'
import { atLeast, format, type Measurement, type Row } from '../../row.ts'
import { type Server, startServer } from '../../server.ts'
import type { Workbench } from '../../workbench.ts'

const SHARE_MIN = 0.5
const CONNECTIONS = 8
/** Events of one load, unless the ledger itself is smaller. */
const LOAD_EVENTS_MAX = 500_000
const WARM_UP_MS = 2000
const READ_MS = 10_000

/**
 * Ingest in batches and readers of pages, each alone and then both at the same time, on a copy of
 * the ledger: what each of them keeps of its own speed.
 */
export const togetherRow: Row = {
  name: 'together',
  isPerSize: true,
  async measure(bench, events) {
    const directory = await bench.copyOfLedger(events, 'together')
    const server = await startServer(directory)
    try {
      const path = readerPath(bench.eventOptions(events))
      await readPages(server, { path, goesOn: forMs(WARM_UP_MS) })
      const pagesAlone = (await readPages(server, { path, goesOn: forMs(READ_MS) })).pagesPerSecond
      const loaded = Math.min(events, LOAD_EVENTS_MAX)
      const eventsAlone = await load(bench, server, { loaded, seed: events + 1 })
      await untilQuiet(server.pid)
      const both = await loadWhileReading(bench, server, { loaded, seed: events + 2, path })
      bench.log(
        `alone ${format(eventsAlone)} events/s and ${format(pagesAlone)} pages/s, together ` +
          `${format(both.eventsPerSecond)} events/s and ${format(both.pagesPerSecond)} pages/s`,
      )
      const line = (name: string, unit: string, values: Shared): Measurement => ({
        name,
        events,
        figure: `${format(values.together)} ${unit}`,
        baselines: [
          { text: `alone ${format(values.alone)} ${unit}`, ratio: values.together / values.alone },
        ],
        goals: [atLeast('', values.together / values.alone, SHARE_MIN, ' of alone')],
        values: { ...values },
      })
      return [
        line(`ingest in batches while ${READERS} readers read`, 'events/s', {
          alone: eventsAlone,
          together: both.eventsPerSecond,
        }),
        line(`${READERS} readers of pages during ingest in batches`, 'pages/s', {
          alone: pagesAlone,
          together: both.pagesPerSecond,
        }),
      ]
    } finally {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    }
  },
}

interface Shared {
  readonly alone: number
  readonly together: number
}

interface Load {
  readonly loaded: number
  /** Of events that the ledger does not have. */
  readonly seed: number
}

/** Resolves with events per second. */
async function load(bench: Workbench, server: Server, { loaded, seed }: Load): Promise<number> {
  const path = join(bench.directory, 'together.ndjson')
  const events = ndjsonBatches({ ...bench.eventOptions(loaded), seed })
  const batches = await BatchReader.open(await writeBatches(path, events))
  const options = { batches, events: loaded, connections: CONNECTIONS }
  const { seconds } = await ingest(waybillIntake(server), options)
  await rm(path)
  return loaded / seconds
}

async function loadWhileReading(
  bench: Workbench,
  server: Server,
  { path, ...events }: Load & { readonly path: (index: number) => string },
) {
  let isLoading = true
  const loading = load(bench, server, events).finally(() => {
    isLoading = false
  })
  const [eventsPerSecond, { pagesPerSecond }] = await Promise.all([
    loading,
    readPages(server, { path, goesOn: () => isLoading }),
  ])
  return { eventsPerSecond, pagesPerSecond }
}
