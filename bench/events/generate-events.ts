import { createRandom, createZipf, hex32, type Random, randomUuid } from './random.ts'
import { createPopulation, POPULATION, type Population } from './registry-population.ts'

/** Which events: equal options give equal events, byte for byte. */
export interface GenerateOptions {
  readonly seed: number
  readonly count: number
  /** End of the time that the events span, microseconds since the epoch. */
  readonly endMicros: number
}

/** One push or pull, in the parts that a registry's log has. */
export interface RegistryEvent {
  readonly id: string
  readonly timeMicros: number
  readonly isPush: boolean
  readonly namespace: string
  readonly repository: string
  readonly tag: string
  readonly digest: string
  readonly actor: string
  readonly isRobot: boolean
  readonly ip: string
  readonly userAgent: string
  readonly mediaType: string
  readonly size: number
  /** A word that no other event has; only one event in `NEEDLE_EVERY` has one. */
  readonly needle: string | undefined
}

/** Days that the events span. */
export const SPAN_DAYS = 104
const NEEDLE_EVERY = 5000

const DAY_MICROS = 86_400_000_000
const PUSH_SHARE = 0.08
const LATE_SHARE = 0.03
const LATE_MICROS_MAX = 6 * 3_600_000_000
const JITTER_MICROS = 4_000_000
/** How often a client is not the one that its account usually runs. */
const OTHER_CLIENT_SHARE = 0.1

const MEDIA_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const

/**
 * The events in the order in which they arrive: by time, but for some jitter and a few percent that
 * come hours late. A tag keeps its digest until the next push to it, and pulls repeat it.
 */
export function* generateEvents(options: GenerateOptions): Generator<RegistryEvent> {
  const population = createPopulation(options.seed)
  const random = createRandom(options.seed + 1)
  const draw = {
    namespace: createZipf(POPULATION.namespaces),
    account: createZipf(POPULATION.users),
    tag: createZipf(POPULATION.tagsPerRepository),
  }
  const digests = new Map<number, string>()
  const stepMicros = (SPAN_DAYS * DAY_MICROS) / options.count
  const startMicros = options.endMicros - SPAN_DAYS * DAY_MICROS
  for (let index = 0; index < options.count; index += 1) {
    const namespace = itemAt(population.namespaces, draw.namespace(random))
    const repository = itemAt(namespace.repositories, namespace.drawRepository(random))
    const tagRank = draw.tag(random)
    const account = itemAt(population.accounts, draw.account(random))
    const isPush = random.next() < PUSH_SHARE
    const place = repository.firstTag + tagRank
    const known = isPush ? undefined : digests.get(place)
    const digest = known ?? newDigest(random)
    if (known === undefined) digests.set(place, digest)
    yield {
      id: randomUuid(random),
      timeMicros: arrivalTime(random, startMicros + index * stepMicros, options.endMicros),
      isPush,
      namespace: namespace.name,
      repository: repository.name,
      tag: itemAt(population.tags, tagRank),
      digest,
      actor: account.name,
      isRobot: account.kind === 'robot',
      ip: itemAt(account.addresses, random.below(account.addresses.length)),
      userAgent: clientOf(random, account.userAgent, population),
      mediaType: itemAt(MEDIA_TYPES, place % MEDIA_TYPES.length),
      // A manifest's size goes with its digest.
      size: 500 + (Number.parseInt(digest.slice(-4), 16) % 9500),
      needle: hasNeedle(index) ? needleOf(options.seed, index) : undefined,
    }
  }
}

/** The words that occur in exactly one of the first `count` events. */
export function needles({ seed, count }: Pick<GenerateOptions, 'seed' | 'count'>): string[] {
  const words: string[] = []
  for (let index = 0; index < count; index += 1) {
    if (hasNeedle(index)) words.push(needleOf(seed, index))
  }
  return words
}

function hasNeedle(index: number): boolean {
  return index % NEEDLE_EVERY === NEEDLE_EVERY >>> 1
}

function needleOf(seed: number, index: number): string {
  const random = createRandom(seed ^ Math.imul(index, 0x9e3779b1))
  return `build${hex32(random.bits())}${hex32(random.bits())}`
}

function arrivalTime(random: Random, regularMicros: number, endMicros: number): number {
  const isLate = random.next() < LATE_SHARE
  const shift = isLate ? -random.next() * LATE_MICROS_MAX : (random.next() - 0.5) * JITTER_MICROS
  return Math.min(Math.floor(regularMicros + shift), endMicros - 1)
}

function clientOf(random: Random, usual: string, { accounts }: Population): string {
  if (random.next() >= OTHER_CLIENT_SHARE) return usual
  return itemAt(accounts, random.below(accounts.length)).userAgent
}

function newDigest(random: Random): string {
  let digest = 'sha256:'
  for (let word = 0; word < 8; word += 1) digest += hex32(random.bits())
  return digest
}

function itemAt<Item>(items: readonly Item[], index: number): Item {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no item ${index} of ${items.length}`)
  return item
}
