import { Fault, invalidValue } from '../../core/errors.ts'
import { type Clock, formatTimestamp } from '../../core/time/timestamp.ts'
import { createTurns } from '../../core/turns/in-turn.ts'
import { textObjection } from '../../core/values/recordable-text.ts'
import { mintUuid } from '../../core/values/uuid.ts'
import type { AccessEvent, Administrator } from '../directory/administration-event.ts'
import type { Directory } from '../directory/directory.ts'
import { missing, requirePlace, requireText } from '../directory/names.ts'
import type { Principal } from '../directory/principal.ts'
import type { RecordStore } from '../records/record-store.ts'
import { openTable, type RecordTable } from '../records/record-table.ts'
import {
  type Keeping,
  mayChangeSearch,
  mayShare,
  SAVED_QUERY_LENGTH_MAX,
  SAVED_SEARCHES_OF_TENANT_MAX,
  SAVED_SEARCHES_OF_USER_MAX,
  type SavedSearch,
  type SavedSearchKeeper,
  SavedSearchRecord,
  type SearchWish,
  seesSearch,
} from './saved-search.ts'
import { type SavedSearchAct, savedSearchEvent } from './saved-search-event.ts'

/** Where saved searches are kept, and where their changes are recorded. */
export interface SavedSearchesOptions {
  readonly records: RecordStore
  readonly directory: Pick<Directory, 'user'>
  readonly clock: Clock
  /** Tenant of the events about searches of the installation's administrators. */
  readonly defaultTenant: string
  /** Keeps an event in the ledger; durable once it resolves. */
  record(event: AccessEvent): Promise<void>
}

/** Reads the saved searches into memory. Throws as `openTable` does. */
export async function openSavedSearches(options: SavedSearchesOptions): Promise<SavedSearchKeeper> {
  const form = { kind: 'saved-search', schema: SavedSearchRecord }
  return new SavedSearchesInTable(options, await openTable(options.records, form))
}

class SavedSearchesInTable implements SavedSearchKeeper {
  readonly #options: SavedSearchesOptions
  readonly #table: RecordTable<SavedSearch>
  /** One after the other, so that two of them cannot take the last place. */
  readonly #inTurn = createTurns()

  constructor(options: SavedSearchesOptions, table: RecordTable<SavedSearch>) {
    this.#options = options
    this.#table = table
  }

  list(principal: Principal): readonly SavedSearch[] {
    const seen = this.#table.all().filter((search) => seesSearch(principal, search))
    return seen.sort((one, other) => one.name.localeCompare(other.name, 'en'))
  }

  create(by: Keeping, wish: SearchWish): Promise<SavedSearch> {
    return this.#inTurn(async () => {
      const { userId, tenant } = by.principal
      const stated = requireWish(by.principal, wish)
      this.#requirePlace(by.principal)
      const nowMicros = this.#options.clock()
      const createdAt = formatTimestamp(nowMicros)
      const id = mintUuid(Math.floor(nowMicros / 1000))
      const search = { id, tenant, owner: userId, ...stated, createdAt, changedAt: createdAt }
      await this.#record('saved-search.create', by, { after: search })
      await this.#table.put(id, search)
      return search
    })
  }

  change(by: Keeping, id: string, wish: SearchWish): Promise<SavedSearch> {
    return this.#inTurn(async () => {
      const before = this.#require(by.principal, id)
      const { namespace: _old, ...kept } = before
      const changedAt = formatTimestamp(this.#options.clock())
      const after = { ...kept, ...requireWish(by.principal, wish), changedAt }
      if (after.owner === null && after.sharedWith === 'none') {
        throw invalidValue('/sharedWith', 'namespace or tenant, because the search has no owner')
      }
      await this.#record('saved-search.change', by, { before, after })
      await this.#table.put(id, after)
      return after
    })
  }

  remove(by: Keeping, id: string): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#require(by.principal, id)
      await this.#record('saved-search.delete', by, { before })
      await this.#table.remove(id)
    })
  }

  passOn(by: Administrator): Promise<void> {
    const { directory } = this.#options
    return this.#inTurn(async () => {
      for (const before of this.#table.all()) {
        if (before.owner === null || directory.user(null, before.owner) !== undefined) continue
        if (before.sharedWith === 'none') {
          await this.#record('saved-search.delete', by, { before })
          await this.#table.remove(before.id)
        } else {
          const after = { ...before, owner: null }
          await this.#record('saved-search.change', by, { before, after })
          await this.#table.put(before.id, after)
        }
      }
    })
  }

  #require(principal: Principal, id: string): SavedSearch {
    const search = this.#table.rows.get(id)
    if (search === undefined || !seesSearch(principal, search)) throw missing('saved search')
    if (mayChangeSearch(principal, search)) return search
    throw new Fault('access.denied', { detail: 'the search belongs to another user' })
  }

  #requirePlace({ userId, tenant }: Principal): void {
    const ofTenant = this.#table.all().filter((search) => search.tenant === tenant)
    const ofUser = ofTenant.filter(({ owner }) => owner === userId).length
    const isFull =
      ofUser >= SAVED_SEARCHES_OF_USER_MAX || ofTenant.length >= SAVED_SEARCHES_OF_TENANT_MAX
    if (!isFull) return
    const detail =
      `a user has at most ${SAVED_SEARCHES_OF_USER_MAX} saved searches, and a tenant ` +
      `${SAVED_SEARCHES_OF_TENANT_MAX}; delete one first`
    throw new Fault('resource.too-many', { detail })
  }

  #record(
    act: SavedSearchAct,
    by: Administrator,
    changed: { readonly before?: SavedSearch; readonly after?: SavedSearch },
  ): Promise<void> {
    const tenant = (changed.after ?? changed.before)?.tenant ?? this.#options.defaultTenant
    return this.#options.record(savedSearchEvent(act, by, { ...changed, tenant }))
  }
}

/** @throws Fault `request.invalid`, `access.denied`. */
function requireWish(principal: Principal, wish: SearchWish): SearchWish {
  const { query, sharedWith, namespace } = wish
  const name = requireText('/name', wish.name)
  const objection = textObjection(query)
  if (objection !== undefined) throw invalidValue('/query', objection)
  if (query.length > SAVED_QUERY_LENGTH_MAX) {
    throw invalidValue('/query', `at most ${SAVED_QUERY_LENGTH_MAX} characters`)
  }
  if ((namespace !== undefined) !== (sharedWith === 'namespace')) {
    throw invalidValue('/namespace', 'a namespace with `sharedWith` `namespace`, and only then')
  }
  if (namespace !== undefined) requirePlace('/namespace', namespace)
  if (!mayShare(principal, wish)) {
    const detail = 'a search can be shared with a namespace or a tenant that you read'
    throw new Fault('access.denied', { detail })
  }
  return { name, query, sharedWith, ...(namespace !== undefined && { namespace }) }
}
