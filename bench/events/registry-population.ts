import { createRandom, createZipf, type Random } from './random.ts'

/** How many of each a benchmark registry has. */
export const POPULATION = {
  namespaces: 200,
  repositoriesMean: 40,
  users: 2000,
  tagsPerRepository: 12,
} as const

/** Every `ROBOT_EVERY`th user is a robot of some namespace, as CI systems use. */
const ROBOT_EVERY = 3
const ADDRESSES_MAX = 3

/** A user or robot, with the addresses and the program that it comes from. */
interface Account {
  readonly name: string
  readonly kind: 'user' | 'robot'
  readonly addresses: readonly string[]
  readonly userAgent: string
}

/** A repository and the place of its first tag among all tags of the registry. */
interface Repository {
  readonly name: string
  readonly firstTag: number
}

interface Namespace {
  readonly name: string
  /** The most used ones first. */
  readonly repositories: readonly Repository[]
  readonly drawRepository: (random: Random) => number
}

/** Who and what there is in the benchmark's registry; the most used ones first. */
export interface Population {
  readonly namespaces: readonly Namespace[]
  readonly accounts: readonly Account[]
  /** Tags of one repository, the most used ones first. */
  readonly tags: readonly string[]
}

/** Clients of a registry as they name themselves, in their own forms. */
const USER_AGENTS = [
  'containerd/1.7.24',
  'docker/27.3.1 go/go1.22.7 os/linux arch/amd64',
  'cri-o/1.31.2 go/go1.22.7 os/linux arch/amd64',
  'Buildkit/0.17',
  'skopeo/1.16.1',
  'containers/5.32.2 (github.com/containers/image)',
] as const

const TAGS = ['latest', 'main', 'stable', '1', '1.4', '1.4.2', '1.4.1', '1.3', 'edge', 'nightly']
const TEAMS = ['payments', 'search', 'data', 'platform', 'mobile', 'identity', 'billing', 'media']
const PARTS = ['api', 'worker', 'web', 'gateway', 'scheduler', 'importer', 'proxy', 'exporter']

/** The registry that belongs to a seed. */
export function createPopulation(seed: number): Population {
  const random = createRandom(seed)
  const namespaces: Namespace[] = []
  let tagCount = 0
  for (let rank = 0; rank < POPULATION.namespaces; rank += 1) {
    const size = POPULATION.repositoriesMean / 2 + random.below(POPULATION.repositoriesMean)
    const repositories = Array.from({ length: size }, (_, index) => ({
      name: `${pick(random, PARTS)}-${index}`,
      firstTag: tagCount + index * POPULATION.tagsPerRepository,
    }))
    tagCount += size * POPULATION.tagsPerRepository
    namespaces.push({
      name: `${pick(random, TEAMS)}-${rank}`,
      repositories,
      drawRepository: createZipf(size),
    })
  }
  const accounts = Array.from({ length: POPULATION.users }, (_, rank) =>
    createAccount(random, rank, namespaces),
  )
  const tags = Array.from(
    { length: POPULATION.tagsPerRepository },
    (_, rank) => TAGS[rank] ?? `2026.${rank}`,
  )
  return { namespaces, accounts, tags }
}

function createAccount(random: Random, rank: number, namespaces: readonly Namespace[]): Account {
  const isRobot = rank % ROBOT_EVERY === 0
  const owner = namespaces[random.below(namespaces.length)]?.name ?? ''
  return {
    name: isRobot ? `${owner}+ci${rank}` : `user${rank}`,
    kind: isRobot ? 'robot' : 'user',
    addresses: Array.from(
      { length: 1 + random.below(ADDRESSES_MAX) },
      () => `10.${random.below(256)}.${random.below(256)}.${1 + random.below(254)}`,
    ),
    userAgent: pick(random, USER_AGENTS),
  }
}

function pick(random: Random, values: readonly string[]): string {
  return values[random.below(values.length)] ?? ''
}
