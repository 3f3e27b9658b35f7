import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ingest, waybillIntake } from '../../client/ingest-load.ts'
import { formatPercentiles, type Percentiles, percentiles } from '../../client/percentiles.ts'
import { forMs } from '../../client/read-load.ts'
import { type Asked, getJson, timeRequests } from '../../client/sequential.ts'
import type { GenerateOptions } from '../../events/generate-events.ts'
import { createRandom } from '../../events/random.ts'
import { createPopulation } from '../../events/registry-population.ts'
import { logDays, nativePages, type PageCase, quayPath } from '../../questions/page-cases.ts'
import { vendorPages } from '../../questions/vendor-pages.ts'
import { atMost, type Row } from '../../row.ts'
import { startServer } from '../../server.ts'
import type { Workbench } from '../../workbench.ts'

const TIMES_MAX = 1.5
const REQUESTS = 100
const WARM_UP_REQUESTS = 5
/** Longest that one kind of page is asked for, in milliseconds: the rest is left out then. */
const CASE_MS_MAX = 15_000
const CONNECTIONS = 8

/** Pages of the native API, pages of vendors that have a total, and an aggregate. */
const CASES = [
  'GET /v1/events: latest page',
  'GET /v1/events: a big namespace',
  'GET /v1/events: namespace and repository',
  'GET /v1/events: namespace and actor',
  'Container Station log: user',
  'HSS image events: latest rows',
  'HSS image events: user_name',
]

/** Pages and totals with a ClickHouse server as the store (`--store`), next to the embedded one. */
export const serverStoreRow: Row = {
  name: 'server-store',
  isPerSize: true,
  async measure(bench, events) {
    const options = bench.eventOptions(events)
    const all = [...nativePages(options), ...vendorPages(options)]
    const pages = [...all.filter(({ name }) => CASES.includes(name)), aggregate(options)]
    const served = await withServerStore(bench, events, (server) => {
      bench.log('asking the server as store')
      return timeAll(server, pages)
    })
    const embedded = await timeAll(await bench.serving(events), pages)
    return pages.map(({ name }) => {
      const [times, inProcess] = [timesOf(served, name), timesOf(embedded, name)]
      const ratio = times.p50 / inProcess.p50
      bench.log(`${name}, server as store: ${formatPercentiles(times)}`)
      return {
        name: `a ClickHouse server as store: ${name}`,
        events,
        figure: formatPercentiles(times),
        baselines: [{ text: `embedded ${formatPercentiles(inProcess)}`, ratio }],
        goals: [atMost('', ratio, TIMES_MAX, ' × embedded')],
        values: { ...times, embeddedP50: inProcess.p50, embeddedP99: inProcess.p99 },
      }
    })
  },
}

function aggregate(options: GenerateOptions): PageCase {
  const { namespaces } = createPopulation(options.seed)
  return {
    name: "31-day aggregate through Quay's route",
    path: (index) => {
      const random = createRandom(index + 1)
      const namespace = namespaces[random.below(namespaces.length)]?.name ?? ''
      return quayPath({ namespace, ...logDays(options, random) }, 'aggregatelogs', false)
    },
  }
}

async function withServerStore<Result>(
  bench: Workbench,
  events: number,
  use: (server: Asked) => Promise<Result>,
): Promise<Result> {
  const directory = join(bench.directory, 'server-store')
  await bench.stopServer()
  await rm(directory, { recursive: true, force: true })
  const clickHouse = await bench.startClickHouse()
  try {
    const server = await startServer(directory, ['--store', clickHouse.url])
    try {
      bench.log(`loading ${events} events into a ClickHouse server`)
      const batches = await bench.openBatches(events)
      await ingest(waybillIntake(server), { batches, events, connections: CONNECTIONS })
      // A count waits until the store has every event; the embedded ledger is merged too.
      await getJson(server, '/v1/events/count')
      await command(clickHouse.url, 'OPTIMIZE TABLE events FINAL')
      return await use(server)
    } finally {
      await server.stop()
    }
  } finally {
    await clickHouse.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

async function command(url: string, sql: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: sql })
  if (!response.ok) throw new Error(`ClickHouse answered ${sql}: ${await response.text()}`)
}

async function timeAll(
  server: Asked,
  pages: readonly PageCase[],
): Promise<ReadonlyMap<string, Percentiles>> {
  const times = new Map<string, Percentiles>()
  for (const { name, path, asker } of pages) {
    const asked = asker === 'hss' ? { ...server, tokenHeader: 'X-Auth-Token' } : server
    const paths = Array.from({ length: REQUESTS + WARM_UP_REQUESTS }, (_, index) => path(index))
    await timeRequests(asked, paths.slice(REQUESTS))
    const timed = whileTrue(forMs(CASE_MS_MAX), paths.slice(0, REQUESTS))
    times.set(name, percentiles(await timeRequests(asked, timed)))
  }
  return times
}

function* whileTrue(goesOn: () => boolean, paths: readonly string[]): Generator<string> {
  for (const path of paths) {
    if (!goesOn()) return
    yield path
  }
}

function timesOf(times: ReadonlyMap<string, Percentiles>, name: string): Percentiles {
  const found = times.get(name)
  if (found === undefined) throw new Error(`${name} was not measured`)
  return found
}
