import { formatPercentiles, type Percentiles, percentiles } from '../../client/percentiles.ts'
import { getJson, timeRequests } from '../../client/sequential.ts'
import { needles } from '../../events/generate-events.ts'
import { createRandom, hex32 } from '../../events/random.ts'
import { NOT_ON_PATH, type VictoriaLogs, victoriaName } from '../../peers/victoria-logs.ts'
import { victoriaWord } from '../../peers/victoria-queries.ts'
import { atMost, type Baseline, type Measurement, type Row } from '../../row.ts'

const P50_MS_MAX = 10
const REQUESTS = 200
/** VictoriaLogs takes long for a word in any field. */
const VICTORIA_REQUESTS = 50
const WARM_UP_REQUESTS = 10
/** Events that an answer may have: `limit` where it is not given. */
const PAGE_EVENTS = 50

/**
 * A needle in full text: a word that one event has, and a word that none has. VictoriaLogs is asked
 * both for the word in any field, which is what `q=` asks, and in the field that holds it.
 */
export const searchRow: Row = {
  name: 'search',
  isPerSize: true,
  async measure(bench, events) {
    const server = await bench.serving(events)
    const victoria = await bench.victoriaLogs(events)
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
        baselines: await timeVictoria(victoria, asked, times),
        goals: [atMost('p50', times.p50, P50_MS_MAX, ' ms')],
        values: { ...times },
      })
    }
    return measurements
  },
}

async function timeVictoria(
  victoria: VictoriaLogs | undefined,
  words: readonly string[],
  { p50 }: Percentiles,
): Promise<readonly Baseline[]> {
  if (victoria === undefined) return [{ text: NOT_ON_PATH }]
  const baselines: Baseline[] = []
  for (const { field, name } of [
    { field: 'any', name: 'any field' },
    { field: 'details.build', name: 'the field named' },
  ] as const) {
    const path = (word: string) => victoriaWord(word, field, PAGE_EVENTS)
    const few = words.slice(0, VICTORIA_REQUESTS)
    const others = few.slice(0, WARM_UP_REQUESTS).map((word) => `${word}warm`)
    await timeRequests(victoria, others.map(path))
    const times = percentiles(await timeRequests(victoria, few.map(path)))
    baselines.push({
      text: `${victoriaName('reading')}, ${name}, ${formatPercentiles(times)}`,
      ratio: p50 / times.p50,
    })
  }
  return baselines
}

function pathOf(word: string): string {
  return `/v1/events?${new URLSearchParams({ q: word })}`
}

function countOf(page: unknown): number {
  const isPage = typeof page === 'object' && page !== null && 'events' in page
  return isPage && Array.isArray(page.events) ? page.events.length : 0
}
