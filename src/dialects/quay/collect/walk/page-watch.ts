import { createHash } from 'node:crypto'
import type { AnsweredPage } from '../log-client.ts'

/** Pages in a row without an entry, after which a walk is endless. */
const EMPTY_PAGES_MAX = 20
/** Equal pages of one second after which a walk is endless: entries repeat, but not so often. */
const EQUAL_PAGES_MAX = 50
/** Tables of a Quay's log, which are answered one after the other. */
const TABLES = 3
/** Most pages of one walk, when it is not known how many entries there are. */
export const PAGES_MAX = 50_000

/**
 * Notices that a walk over pages does not come to its end. A Quay answers a token that it no longer
 * knows with the first page, and forgets in which of its tables a page was: both begin anew
 * and go on forever. Its tokens are new ones each time, so only the entries show it.
 */
export class PageWatch {
  readonly #pagesMax: number
  #newest = Number.POSITIVE_INFINITY
  #oldest = Number.POSITIVE_INFINITY
  #tables = 0
  /** The entries of the first page of each table. */
  readonly #begun = new Set<string>()
  #pages = 0
  #emptyPages = 0
  readonly #seen = new Map<string, number>()

  constructor(pagesMax = PAGES_MAX) {
    this.#pagesMax = pagesMax
  }

  /** Whether this page, the next one of the walk, shows that it has no end. */
  isEndless({ entries }: AnsweredPage): boolean {
    this.#pages += 1
    this.#emptyPages = entries.length === 0 ? this.#emptyPages + 1 : 0
    if (this.#emptyPages > EMPTY_PAGES_MAX || this.#pages > this.#pagesMax) return true
    const [first] = entries
    if (first === undefined) return false
    const newest = first.entry.second
    if (newest > this.#oldest && !this.#beginsTable(entries)) return true
    if (this.#begun.size === 0) this.#beginsTable(entries)
    const oldest = entries.at(-1)?.entry.second ?? newest
    if (oldest !== this.#oldest) this.#seen.clear()
    this.#oldest = oldest
    return this.#timesSeen(entries) > EQUAL_PAGES_MAX
  }

  /** Whether a page is the first one of a table, and not one that was answered before. */
  #beginsTable(entries: AnsweredPage['entries']): boolean {
    const newest = entries[0]?.entry.second ?? Number.POSITIVE_INFINITY
    const isKnown = newest > this.#newest || entries.some(({ key }) => this.#begun.has(key))
    this.#tables += 1
    if (isKnown || this.#tables > TABLES) return false
    if (this.#begun.size === 0) this.#newest = newest
    for (const { key } of entries) this.#begun.add(key)
    return true
  }

  #timesSeen(entries: AnsweredPage['entries']): number {
    const hash = createHash('sha256')
    for (const { key } of entries) hash.update(key).update('\n')
    const page = hash.digest('base64')
    const times = (this.#seen.get(page) ?? 0) + 1
    this.#seen.set(page, times)
    return times
  }
}
