import { formatPercentiles, percentiles } from '../../client/percentiles.ts'
import { timeEach, timeRequests } from '../../client/sequential.ts'
import type { GenerateOptions } from '../../events/generate-events.ts'
import { createRandom } from '../../events/random.ts'
import { createPopulation } from '../../events/registry-population.ts'
import type { LogQuestion } from '../../peers/quay-database.ts'
import { logDays, quayPath } from '../../questions/page-cases.ts'
import { atMost, type Measurement, type Row } from '../../row.ts'

const P50_MS_MAX = 10
const REQUESTS = 100
/** PostgreSQL takes hundreds of milliseconds for one: fewer tell enough. */
const QUAY_REQUESTS = 20
const WARM_UP_REQUESTS = 5

const CASES = [
  { name: 'the biggest namespace', ranks: [0, 1] },
  { name: 'one of the twenty biggest', ranks: [0, 20] },
  { name: 'one of the smaller ones', ranks: [60, 200] },
] as const

/** Counts by kind and day over 31 days through Quay's route, beside Quay's SQL on PostgreSQL. */
export const aggregateRow: Row = {
  name: 'aggregate',
  isPerSize: true,
  async measure(bench, events) {
    const options = bench.eventOptions(events)
    const server = await bench.serving(events)
    const quay = await bench.quayDatabase(events)
    const measurements: Measurement[] = []
    for (const { name, ranks } of CASES) {
      const ask = (index: number) => question(options, ranks, index)
      const path = (index: number) => quayPath(ask(index), 'aggregatelogs', false)
      await timeRequests(server, numbers(WARM_UP_REQUESTS, REQUESTS).map(path))
      const times = percentiles(await timeRequests(server, numbers(REQUESTS, 0).map(path)))
      bench.log(`aggregate, ${name}: ${formatPercentiles(times)}`)
      const base = {
        name: `31-day aggregate through Quay's route, ${name}`,
        events,
        figure: formatPercentiles(times),
        goals: [atMost('p50', times.p50, P50_MS_MAX, ' ms')],
      }
      if (quay === undefined) {
        measurements.push({ ...base, values: { ...times } })
        continue
      }
      await timeEach(WARM_UP_REQUESTS, (index) => quay.aggregate(ask(REQUESTS + index)))
      const inQuay = percentiles(
        await timeEach(QUAY_REQUESTS, (index) => quay.aggregate(ask(index))),
      )
      measurements.push({
        ...base,
        baseline: `Quay's SQL on PostgreSQL ${quay.version} ${formatPercentiles(inQuay)}`,
        ratio: times.p50 / inQuay.p50,
        values: { ...times, quayP50: inQuay.p50, quayP99: inQuay.p99 },
      })
    }
    return measurements
  },
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
