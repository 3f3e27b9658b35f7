import { formatPercentiles, type Percentiles, percentiles } from '../../client/percentiles.ts'
import { type Asked, getJson, timeEach, timeRequests } from '../../client/sequential.ts'
import { signInAs } from '../../client/token-owner.ts'
import { createPopulation } from '../../events/registry-population.ts'
import type { QuayDatabase } from '../../peers/quay-database.ts'
import {
  NOT_ON_PATH,
  VICTORIA_LOGS,
  type VictoriaLogs,
  victoriaName,
} from '../../peers/victoria-logs.ts'
import { victoriaPage } from '../../peers/victoria-queries.ts'
import {
  type Asker,
  nativePages,
  PAGE_EVENTS,
  type PageCase,
  quayPages,
} from '../../questions/page-cases.ts'
import { vendorPages } from '../../questions/vendor-pages.ts'
import { atMostPeer, format, type Goal, type Measurement, type Row } from '../../row.ts'
import type { Workbench } from '../../workbench.ts'

/** Requests of each kind of page, each with other parameters. */
const REQUESTS = 300
const WARM_UP_REQUESTS = 30
/** A peer takes tens to hundreds of milliseconds for one: fewer say enough. */
const PEER_REQUESTS = 100
const PEER_WARM_UP_REQUESTS = 10
/** A walk by cursor: so many pages, of which those past the first `DEEP_FROM_PAGE` are timed. */
const WALK_PAGES = 40
const DEEP_FROM_PAGE = 10
const WALKS = 10
const DAY_MS = 86_400_000
/** Rank of the namespace whose name the user of Quay's user log bears. */
const USER_RANK = 1

/**
 * List pages through the dialects, one request after another over one connection. What they are
 * compared with is the same question to VictoriaLogs, and Quay's SQL on PostgreSQL for Quay's
 * pages; for pages that no peer has, the least that any page costs: a bare Fastify route that
 * answers a page of the same size, and the raw engine's `SELECT 1`.
 */
export const listRow: Row = {
  name: 'list',
  isPerSize: true,
  isForAnySize: true,
  async measure(bench, events) {
    const options = bench.eventOptions(events)
    const least = await leastCosts(bench, events)
    const server = await bench.serving(events)
    const user = createPopulation(options.seed).namespaces[USER_RANK]?.name ?? ''
    const askers = await signIn(server, user)
    const quay = await bench.quayDatabase(events)
    const victoria = await bench.victoriaLogs(events)
    const measurements: Measurement[] = []
    const pages = [...nativePages(options), ...quayPages(options, user), ...vendorPages(options)]
    for (const page of pages) {
      const asked = page.asker === undefined ? server : askers[page.asker]
      await timeRequests(asked, paths(page, REQUESTS, WARM_UP_REQUESTS))
      const times = percentiles(await timeRequests(asked, paths(page, 0, REQUESTS)))
      bench.log(`${page.name}: ${formatPercentiles(times)}`)
      const inQuay = await timeQuay(quay, page)
      const inVictoria = bench.hasPeers(events) ? await timeVictoria(victoria, page) : []
      const peers = [...inQuay, ...inVictoria]
      const compared = peers.length === 0 ? [least] : peers
      measurements.push(line({ name: page.name, events, times, compared }))
    }
    const deep = percentiles(await walk(server, options.endMicros))
    const name = 'GET /v1/events: deep pages by cursor'
    measurements.push(line({ name, events, times: deep, compared: [least] }))
    return measurements
  },
}

async function signIn(server: Asked, name: string): Promise<Readonly<Record<Asker, Asked>>> {
  return {
    user: await signInAs(server, { name, scopes: ['user:admin'] }),
    opsera: await signInAs(server, {
      name: 'bench-opsera',
      roles: ['administrator'],
      scopes: ['api'],
    }),
    hss: { ...server, tokenHeader: 'X-Auth-Token' },
  }
}

/** What stands next to a page. */
interface Compared {
  readonly text: string
  /** Times to divide by. */
  readonly times?: Percentiles
  readonly goals?: (times: Percentiles) => readonly Goal[]
  readonly values: Readonly<Record<string, number>>
}

function line(page: {
  readonly name: string
  readonly events: number
  readonly times: Percentiles
  readonly compared: readonly Compared[]
}): Measurement {
  const { name, events, times, compared } = page
  return {
    name,
    events,
    figure: formatPercentiles(times),
    baselines: compared.map((peer) => ({
      text: peer.text,
      ...(peer.times === undefined ? {} : { ratio: times.p50 / peer.times.p50 }),
    })),
    goals: compared.flatMap(({ goals }) => goals?.(times) ?? []),
    values: Object.assign({ ...times }, ...compared.map(({ values }) => values)),
  }
}

/** The first `from` numbers are left to the warm-up's other parameters. */
function paths(page: PageCase, from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => page.path(from + index))
}

async function leastCosts(bench: Workbench, events: number): Promise<Compared> {
  await bench.ensureLoaded(events)
  await bench.stopServer()
  const { ms } = await bench.rawEngine().ask({
    task: 'select-1',
    directory: bench.ledgerDirectory(events),
    times: REQUESTS,
  })
  const server = await bench.serving(events)
  const page = await getJson(server, `/v1/events?limit=${PAGE_EVENTS}`)
  const bareRoute = await bench.bareRoute(JSON.stringify(page))
  const target = { url: bareRoute.url, token: server.token }
  await timeRequests(target, Array(WARM_UP_REQUESTS).fill('/v1/events'))
  const route = percentiles(await timeRequests(target, Array(REQUESTS).fill('/v1/events')))
  await bareRoute.close()
  const engine = percentiles(ms.slice(WARM_UP_REQUESTS))
  return {
    text: `bare route ${format(route.p50)} ms + SELECT 1 ${format(engine.p50)} ms`,
    values: { bareRouteMs: route.p50, selectOneMs: engine.p50 },
  }
}

async function timeQuay(
  quay: QuayDatabase | undefined,
  { question }: PageCase,
): Promise<readonly Compared[]> {
  if (quay === undefined || question === undefined) return []
  await timeEach(WARM_UP_REQUESTS, (index) => quay.list(question(REQUESTS + index)))
  const times = percentiles(await timeEach(REQUESTS, (index) => quay.list(question(index))))
  return [
    {
      text: `Quay's SQL ${formatPercentiles(times)}`,
      times,
      values: { quayP50: times.p50, quayP99: times.p99 },
    },
  ]
}

/** The same pages of the native API; VictoriaLogs has no vendor's. */
async function timeVictoria(
  victoria: VictoriaLogs | undefined,
  page: PageCase,
): Promise<readonly Compared[]> {
  const asked = (from: number, count: number) =>
    paths(page, from, count).flatMap((path) => victoriaPage(path) ?? [])
  if (asked(0, 1).length === 0) return []
  const peer = VICTORIA_LOGS
  if (victoria === undefined) {
    const goals = ({ p50, p99 }: Percentiles) => [
      atMostPeer('p50', p50, { peer, value: undefined }),
      atMostPeer('p99', p99, { peer, value: undefined }),
    ]
    return [{ text: NOT_ON_PATH, goals, values: {} }]
  }
  await timeRequests(victoria, asked(REQUESTS, PEER_WARM_UP_REQUESTS))
  const times = percentiles(await timeRequests(victoria, asked(0, PEER_REQUESTS)))
  return [
    {
      text: `${victoriaName('reading')} ${formatPercentiles(times)}`,
      times,
      goals: ({ p50, p99 }) => [
        atMostPeer('p50', p50, { peer, value: times.p50 }),
        atMostPeer('p99', p99, { peer, value: times.p99 }),
      ],
      values: { victoriaP50: times.p50, victoriaP99: times.p99 },
    },
  ]
}

/** Follows `next` from walks that begin at other times; only pages far from their start count. */
async function walk(server: Asked, endMicros: number): Promise<readonly number[]> {
  const times: number[] = []
  for (let walked = 0; walked < WALKS; walked += 1) {
    const query = new URLSearchParams({ limit: String(PAGE_EVENTS) })
    query.set('to', new Date(endMicros / 1000 - walked * DAY_MS).toISOString())
    for (let page = 0; page < WALK_PAGES; page += 1) {
      const startedMs = performance.now()
      const answer = await getJson(server, `/v1/events?${query}`)
      if (page >= DEEP_FROM_PAGE) times.push(performance.now() - startedMs)
      const next = nextOf(answer)
      if (next === undefined) break
      query.set('cursor', next)
    }
  }
  return times
}

function nextOf(page: unknown): string | undefined {
  if (typeof page !== 'object' || page === null || !('next' in page)) return undefined
  return typeof page.next === 'string' ? page.next : undefined
}
