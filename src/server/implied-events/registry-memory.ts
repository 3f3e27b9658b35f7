import { RecentMap } from '../../core/recent-map.ts'
import { repositoryOfTag } from './registry-names.ts'
import type { TagPoint } from './tag-history.ts'

/** Tags whose digest is remembered; the least recently used is dropped first. */
const TAGS_REMEMBERED_MAX = 10_000
/** Repositories that are remembered to exist. */
const REPOSITORIES_REMEMBERED_MAX = 10_000

/**
 * What the ledger is known to contain about registries, by the keys of `registry-names.ts`, so that
 * a push need not query the store.
 *
 * A tag's point is always the newest one in the ledger.
 */
export class RegistryMemory {
  readonly #tags = new RecentMap<TagPoint>(TAGS_REMEMBERED_MAX)
  readonly #repositories = new RecentMap<true>(REPOSITORIES_REMEMBERED_MAX)

  newestOf(tag: string): TagPoint | undefined {
    return this.#tags.get(tag)
  }

  exists(repository: string): boolean {
    return this.#repositories.get(repository) === true
  }

  keepTag(tag: string, newest: TagPoint): void {
    this.#tags.set(tag, newest)
  }

  keepRepository(repository: string): void {
    this.#repositories.set(repository, true)
  }

  forgetTag(tag: string): void {
    this.#tags.delete(tag)
  }

  /** Drops repositories with their tags. */
  forgetRepositories(repositories: ReadonlySet<string>): void {
    if (repositories.size === 0) return
    for (const repository of repositories) this.#repositories.delete(repository)
    this.#tags.deleteWhere((key) => repositories.has(repositoryOfTag(key)))
  }
}
