import type { GenerateOptions } from '../events/generate-events.ts'
import { createRandom, type Random } from '../events/random.ts'
import { createPopulation } from '../events/registry-population.ts'
import {
  actorOf,
  DAY_MICROS,
  logDays,
  PAGE_EVENTS,
  type PageCase,
  pageEndMicros,
  pick,
  usedRepositories,
} from './page-cases.ts'

type Query = Readonly<Record<string, string | number>>

/** Pages farther from the first than clients usually go. */
const DEEP_ROWS_MAX = 100_000
const PAGES_MAX = 5
/** Rows that Opsera answers when the client does not say. */
const OPSERA_ROWS = 1000

/** Pages of Container Station's, Opsera's and HSS's logs over the events of the registry. */
export function vendorPages(options: GenerateOptions): readonly PageCase[] {
  return [...stationPages(options), ...opseraPages(options), ...hssPages(options)]
}

/** The log of the station; every second request is for the newest rows. */
function stationPages(options: GenerateOptions): readonly PageCase[] {
  const population = createPopulation(options.seed)
  const log = pagesOf(
    'Container Station log',
    '/container-station/api/v1/log',
    {},
    (random, index) => ({
      end: Math.floor(pageEndMicros(options, random, index) / 1_000_000),
      limit: PAGE_EVENTS,
    }),
  )
  return [
    log('latest rows', () => ({})),
    log('level and category', () => ({ level: 'INFO,WARN', category: 'image,container' })),
    log('user', (random) => ({ user: actorOf(population, random) })),
    log('rows by offset', (random) => ({ offset: random.below(DEEP_ROWS_MAX) })),
  ]
}

/** With the total that each answer has. */
function opseraPages(options: GenerateOptions): readonly PageCase[] {
  const population = createPopulation(options.seed)
  const asker = { asker: 'opsera' } as const
  const actions = pagesOf('Opsera user actions', '/api/v1/logs/user/actions', asker, () => ({}))
  const audit = pagesOf('Opsera audit log', '/api/v2/logs/audit/user', asker, (random) => {
    const { startMicros, endMicros } = logDays(options, random, 1 + random.below(31))
    return {
      start_date: dateOf(startMicros),
      end_date: dateOf(endMicros - DAY_MICROS),
      page: 1 + random.below(PAGES_MAX),
      page_size: PAGE_EVENTS,
    }
  })
  const day = (random: Random) => dateOf(logDays(options, random, 1).startMicros)
  return [
    actions('a day', (random) => ({ date: day(random), count: PAGE_EVENTS })),
    actions('range of 7 days', () => ({ range: '7d', count: PAGE_EVENTS })),
    actions(`a day, ${OPSERA_ROWS} rows`, (random) => ({ date: day(random) })),
    audit('first pages', () => ({})),
    audit('action', () => ({ action: 'push' })),
    audit('user', (random) => ({ user_email: actorOf(population, random) })),
  ]
}

/** With the total that each answer has. */
function hssPages(options: GenerateOptions): readonly PageCase[] {
  const population = createPopulation(options.seed)
  const used = usedRepositories(options)
  const path = '/v5/default/container/image/events'
  const page = pagesOf('HSS image events', path, { asker: 'hss' }, (random, index) => ({
    end_time: Math.floor(pageEndMicros(options, random, index) / 1000),
    limit: PAGE_EVENTS,
  }))
  return [
    page('latest rows', () => ({})),
    page('days', (random) => {
      const { startMicros, endMicros } = logDays(options, random, 1 + random.below(31))
      return { start_time: startMicros / 1000, end_time: endMicros / 1000 - 1 }
    }),
    page('event_name', () => ({ event_name: 'push' })),
    page('user_name', (random) => ({ user_name: actorOf(population, random) })),
    page('resource_name', (random) => {
      const { namespace, repository } = pick(random, used)
      return { resource_name: `${namespace}/${repository}` }
    }),
    page('rows by offset', (random) => ({ offset: random.below(DEEP_ROWS_MAX) })),
  ]
}

/** A maker of cases on one path; a case's own parameters go over those that all have. */
function pagesOf(
  log: string,
  path: string,
  asked: Pick<PageCase, 'asker'>,
  common: (random: Random, index: number) => Query,
) {
  return (name: string, own: (random: Random) => Query): PageCase => ({
    ...asked,
    name: `${log}: ${name}`,
    path(index) {
      const random = createRandom(index + 1)
      const query = new URLSearchParams()
      for (const [key, value] of Object.entries({ ...common(random, index), ...own(random) })) {
        query.set(key, String(value))
      }
      return `${path}?${query}`
    },
  })
}

function dateOf(micros: number): string {
  return new Date(micros / 1000).toISOString().slice(0, 10)
}
