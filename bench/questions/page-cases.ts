import { type GenerateOptions, generateEvents, SPAN_DAYS } from '../events/generate-events.ts'
import { createRandom, type Random } from '../events/random.ts'
import { createPopulation, type Population } from '../events/registry-population.ts'
import type { LogQuestion } from '../peers/quay-database.ts'

/** One kind of list page, asked for with ever other parameters. */
export interface PageCase {
  readonly name: string
  /** Path and query of request number `index`; equal for equal numbers. */
  readonly path: (index: number) => string
  /** The same question to Quay's own database. */
  readonly question?: (index: number) => LogQuestion
  /** Who asks, if not the administrator. */
  readonly asker?: Asker
}

/** The user whose log is asked for, or someone with the credentials of a vendor's clients. */
export type Asker = 'user' | 'opsera' | 'hss'

/** Events on a page, as Quay's pages have. */
export const PAGE_EVENTS = 20
/** A day in microseconds. */
export const DAY_MICROS = 86_400_000_000
const LOG_DAYS = 31

/** Events whose repositories are asked for: all are in a ledger of any size that makes sense. */
const SAMPLE_EVENTS = 5000

/** Ranks of namespaces by use: the first few hold half of all events, the last ones very few. */
const RANKS = { big: [0, 5], small: [60, 120], rare: [160, 200] } as const

/** Pages of the native API. Every second request is for the newest page, the others end earlier. */
export function nativePages(options: GenerateOptions): readonly PageCase[] {
  const population = createPopulation(options.seed)
  const native = (name: string, filter: (random: Random) => Record<string, string>): PageCase => ({
    name: `GET /v1/events: ${name}`,
    path: (index) => {
      const random = createRandom(index + 1)
      const query = { ...filter(random), to: pageEnd(options, random, index) }
      return `/v1/events?${new URLSearchParams({ ...query, limit: String(PAGE_EVENTS) })}`
    },
  })
  const used = usedRepositories(options)
  return [
    native('latest page', () => ({})),
    native('a big namespace', (random) => ({
      namespace: namespaceOf(population, random, RANKS.big).name,
    })),
    native('a small namespace', (random) => ({
      namespace: namespaceOf(population, random, RANKS.small).name,
    })),
    native('a rare namespace', (random) => ({
      namespace: namespaceOf(population, random, RANKS.rare).name,
    })),
    native('namespace and repository', (random) => pick(random, used)),
    native('namespace and actor', (random) => ({
      namespace: namespaceOf(population, random, RANKS.big).name,
      actor: actorOf(population, random),
    })),
    native('actor', (random) => ({ actor: actorOf(population, random) })),
    native('category', (random) => ({
      category: ['image', 'repository', 'auth', 'policy'][random.below(4)] ?? '',
    })),
    native('action', (random) => ({ action: random.below(2) === 0 ? 'image.push' : 'tag.delete' })),
    native('client address', (random) => ({
      ip: pick(random, pick(random, population.accounts).addresses),
    })),
  ]
}

/** Kinds of pages that every peer with a full copy of the events can answer. */
const READER_PAGES = [
  'latest page',
  'a big namespace',
  'namespace and repository',
  'actor',
  'namespace and actor',
]

/** Path and query of request number `index` of readers who ask for these kinds in turn. */
export function readerPath(options: GenerateOptions): (index: number) => string {
  const pages = nativePages(options).filter(({ name }) =>
    READER_PAGES.some((kind) => name.endsWith(`: ${kind}`)),
  )
  return (index) => pages[index % pages.length]?.path(Math.floor(index / pages.length)) ?? ''
}

/** First pages of the logs that Quay's own pages show, over 1 to 31 days that end on any day. */
export function quayPages(options: GenerateOptions, user: string): readonly PageCase[] {
  const population = createPopulation(options.seed)
  const base = (index: number) => {
    const random = createRandom(index + 1)
    const place = namespaceOf(population, random, index % 2 === 0 ? RANKS.big : RANKS.small)
    return { random, place, ...logDays(options, random, 1 + random.below(LOG_DAYS)) }
  }
  const organization = (index: number): LogQuestion => {
    const { place, startMicros, endMicros } = base(index)
    return { namespace: place.name, startMicros, endMicros }
  }
  const performer = (index: number): LogQuestion => {
    const { random } = base(index)
    return { ...organization(index), performer: actorOf(population, random) }
  }
  const used = usedRepositories(options)
  const repository = (index: number): LogQuestion => {
    const { random } = base(index)
    return { ...organization(index), ...pick(random, used) }
  }
  const ofUser = (index: number): LogQuestion => ({ ...organization(index), namespace: user })
  return [
    quayCase('organization', organization),
    quayCase('organization and performer', performer),
    quayCase('repository', repository),
    { ...quayCase('user', ofUser), asker: 'user' },
  ]
}

/** Path and query of a log or its aggregate in Quay's API. */
export function quayPath(question: LogQuestion, kind: 'logs' | 'aggregatelogs', isOwn: boolean) {
  const { namespace, repository, performer, startMicros, endMicros } = question
  const subject = isOwn ? 'user' : `organization/${namespace}`
  const place = repository === undefined ? subject : `repository/${namespace}/${repository}`
  const query = new URLSearchParams({
    starttime: quayDate(startMicros),
    // An `endtime` takes in its whole day.
    endtime: quayDate(endMicros - DAY_MICROS),
    ...(performer === undefined ? {} : { performer }),
  })
  return `/api/v1/${place}/${kind}?${query}`
}

/** Whole days, 31 unless told, somewhere in the time that the events span. */
export function logDays(options: GenerateOptions, random: Random, days = LOG_DAYS) {
  const lastDay = Math.floor(options.endMicros / DAY_MICROS)
  const endDay = lastDay + 1 - random.below(SPAN_DAYS - LOG_DAYS)
  return { startMicros: (endDay - days) * DAY_MICROS, endMicros: endDay * DAY_MICROS }
}

function quayCase(name: string, question: (index: number) => LogQuestion): PageCase {
  return {
    name: `Quay logs: ${name}`,
    path: (index) => quayPath(question(index), 'logs', name === 'user'),
    question,
  }
}

function pageEnd(options: GenerateOptions, random: Random, index: number): string {
  return new Date(pageEndMicros(options, random, index) / 1000).toISOString()
}

/** Where a page ends: every second one at the newest events, the others at any time. */
export function pageEndMicros(
  { endMicros }: GenerateOptions,
  random: Random,
  index: number,
): number {
  const spanMicros = (SPAN_DAYS - 1) * DAY_MICROS
  return index % 2 === 0 ? endMicros + index * 1000 : endMicros - random.next() * spanMicros
}

function quayDate(micros: number): string {
  const [year, month, day] = new Date(micros / 1000).toISOString().slice(0, 10).split('-')
  return `${month}/${day}/${year}`
}

type Ranks = readonly [number, number]

function namespaceOf({ namespaces }: Population, random: Random, [from, end]: Ranks) {
  return pick(random, namespaces.slice(from, end))
}

/** Repositories that were used, each once: those of a namespace that nobody used are unknown. */
export function usedRepositories(options: GenerateOptions) {
  const used = new Map<string, { readonly namespace: string; readonly repository: string }>()
  for (const { namespace, repository } of generateEvents({ ...options, count: SAMPLE_EVENTS })) {
    used.set(`${namespace}/${repository}`, { namespace, repository })
  }
  return [...used.values()]
}

/** The name of any account. */
export function actorOf({ accounts }: Population, random: Random): string {
  return pick(random, accounts).name
}

/** Any of some items. @throws RangeError when there is none. */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[random.below(items.length)]
  if (item === undefined) throw new RangeError('nothing to pick from')
  return item
}
