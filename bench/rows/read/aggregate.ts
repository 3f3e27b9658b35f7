import { formatPercentiles, percentiles } from '../../client/percentiles.ts'
import { timeEach, timeRequests } from '../../client/sequential.ts'
import type { GenerateOptions } from '../../events/generate-events.ts'
import { createRandom } from '../../events/random.ts'
import { createPopulation } from '../../events/registry-population.ts'
import {
  type LogQuestion,
  POSTGRESQL_NOT_INSTALLED,
  type QuayDatabase,
} from '../../peers/quay-database.ts'
import {
  NOT_ON_PATH,
  VICTORIA_LOGS,
  type VictoriaLogs,
  victoriaName,
} from '../../peers/victoria-logs.ts'
import { victoriaAggregate } from '../../peers/victoria-queries.ts'
import { logDays, quayPath } from '../../questions/page-cases.ts'
import { atMostPeer, type Measurement, type Row } from '../../row.ts'

const REQUESTS = 100
/** PostgreSQL takes hundreds of milliseconds for one: fewer tell enough. */
const QUAY_REQUESTS = 20
/** What Quay's SQL is called in goals. */
const QUAY = "Quay's SQL"
const WARM_UP_REQUESTS = 5

const CASES = [
  { name: 'the biggest namespace', ranks: [0, 1] },
  { name: 'one of the twenty biggest', ranks: [0, 20] },
  { name: 'one of the smaller ones', ranks: [60, 200] },
] as const

/**
 * Counts by kind and day over 31 days through Quay's route, next to Quay's SQL on PostgreSQL and
 * the same counts of VictoriaLogs.
 */
export const aggregateRow: Row = {
  name: 'aggregate',
  isPerSize: true,
  async measure(bench, events) {
    const options = bench.eventOptions(events)
    const server = await bench.serving(events)
    const quay = await bench.quayDatabase(events)
    const victoria = await bench.victoriaLogs(events)
    const measurements: Measurement[] = []
    for (const { name, ranks } of CASES) {
      const ask = (index: number) => question(options, ranks, index)
      const path = (index: number) => quayPath(ask(index), 'aggregatelogs', false)
      await timeRequests(server, numbers(WARM_UP_REQUESTS, REQUESTS).map(path))
      const times = percentiles(await timeRequests(server, numbers(REQUESTS, 0).map(path)))
      bench.log(`aggregate, ${name}: ${formatPercentiles(times)}`)
      const inQuay = await timeQuay(quay, ask)
      const inVictoria = await timeVictoria(victoria, ask)
      measurements.push({
        name: `31-day aggregate through Quay's route, ${name}`,
        events,
        figure: formatPercentiles(times),
        baselines: [
          quay === undefined || inQuay === undefined
            ? { text: POSTGRESQL_NOT_INSTALLED }
            : {
                text: `${QUAY} on PostgreSQL ${quay.version} ${formatPercentiles(inQuay)}`,
                ratio: times.p50 / inQuay.p50,
              },
          inVictoria === undefined
            ? { text: NOT_ON_PATH }
            : {
                text: `${victoriaName('reading')} ${formatPercentiles(inVictoria)}`,
                ratio: times.p50 / inVictoria.p50,
              },
        ],
        goals: [
          atMostPeer('p50', times.p50, { peer: QUAY, value: inQuay?.p50 }),
          atMostPeer('p50', times.p50, { peer: VICTORIA_LOGS, value: inVictoria?.p50 }),
          atMostPeer('p99', times.p99, { peer: VICTORIA_LOGS, value: inVictoria?.p99 }),
        ],
        values: {
          ...times,
          ...(inQuay && { quayP50: inQuay.p50, quayP99: inQuay.p99 }),
          ...(inVictoria && { victoriaP50: inVictoria.p50, victoriaP99: inVictoria.p99 }),
        },
      })
    }
    return measurements
  },
}

type Ask = (index: number) => LogQuestion

async function timeQuay(quay: QuayDatabase | undefined, ask: Ask) {
  if (quay === undefined) return undefined
  await timeEach(WARM_UP_REQUESTS, (index) => quay.aggregate(ask(REQUESTS + index)))
  return percentiles(await timeEach(QUAY_REQUESTS, (index) => quay.aggregate(ask(index))))
}

async function timeVictoria(victoria: VictoriaLogs | undefined, ask: Ask) {
  if (victoria === undefined) return undefined
  const path = (index: number) => victoriaAggregate(ask(index))
  await timeRequests(victoria, numbers(WARM_UP_REQUESTS, REQUESTS).map(path))
  return percentiles(await timeRequests(victoria, numbers(REQUESTS, 0).map(path)))
}

function question(
  options: GenerateOptions,
  [from, end]: readonly [number, number],
  index: number,
): LogQuestion {
  const random = createRandom(index + 1)
  const { namespaces } = createPopulation(options.seed)
  const namespace = namespaces[from + random.below(end - from)]?.name ?? ''
  return { namespace, ...logDays(options, random) }
}

function numbers(count: number, from: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index)
}
