import { formatPercentiles, percentiles } from '../../client/percentiles.ts'
import { getJson, timeRequests } from '../../client/sequential.ts'
import { needles } from '../../events/generate-events.ts'
import { createRandom, hex32 } from '../../events/random.ts'
import { atMost, type Measurement, type Row } from '../../row.ts'

const P50_MS_MAX = 20
const REQUESTS = 200
const WARM_UP_REQUESTS = 10

/** A needle in full text: a word that one event has, and a word that none has. */
export const searchRow: Row = {
  name: 'search',
  isPerSize: true,
  async measure(bench, events) {
    const server = await bench.serving(events)
    const words = needles(bench.eventOptions(events))
    const random = createRandom(events)
    const absent = Array.from({ length: REQUESTS }, () => `${hex32(random.bits())}absent`)
    const [word = ''] = words
    const found = await getJson(server, pathOf(word))
    if (countOf(found) !== 1) throw new Error(`${word} is in ${countOf(found)} events, not in one`)
    const measurements: Measurement[] = []
    for (const { name, asked } of [
      { name: 'a word that one event has', asked: words.slice(0, REQUESTS) },
      { name: 'a word that no event has', asked: absent },
    ]) {
      const paths = asked.map(pathOf)
      await timeRequests(
        server,
        paths.slice(0, WARM_UP_REQUESTS).map((path) => `${path}warm`),
      )
      const times = percentiles(await timeRequests(server, paths))
      bench.log(`full text, ${name}: ${formatPercentiles(times)}`)
      measurements.push({
        name: `needle in full text: ${name}`,
        events,
        figure: formatPercentiles(times),
        goals: [atMost('p50', times.p50, P50_MS_MAX, ' ms')],
        values: { ...times },
      })
    }
    return measurements
  },
}

function pathOf(word: string): string {
  return `/v1/events?${new URLSearchParams({ q: word })}`
}

function countOf(page: unknown): number {
  const isPage = typeof page === 'object' && page !== null && 'events' in page
  return isPage && Array.isArray(page.events) ? page.events.length : 0
}
