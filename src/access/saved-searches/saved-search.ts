import { type Static, Type } from 'typebox'
import type { Administrator } from '../directory/administration-event.ts'
import type { Principal } from '../directory/principal.ts'
import { mayAdminister, visibleEvents } from '../directory/visibility.ts'

/** Most saved searches of a user. */
export const SAVED_SEARCHES_OF_USER_MAX = 100
/** Most saved searches of a tenant, with those that no user owns. */
export const SAVED_SEARCHES_OF_TENANT_MAX = 1_000
/** Longest query of a saved search, in UTF-16 units. */
export const SAVED_QUERY_LENGTH_MAX = 4_096

/** With whom a search can be shared: with those who have a grant on a namespace, or with all. */
export const SHARINGS = ['none', 'namespace', 'tenant'] as const

/** The record of a saved search, of kind `saved-search`. */
export const SavedSearchRecord = Type.Object({
  id: Type.String(),
  /** `null`: of the administrators of the installation. */
  tenant: Type.Union([Type.String(), Type.Null()]),
  /** Id of the user; `null`: it is theirs whom it is shared with, because its user was deleted. */
  owner: Type.Union([Type.String(), Type.Null()]),
  name: Type.String(),
  /** As in the address of the events page: filters, time range, order and columns. */
  query: Type.String(),
  sharedWith: Type.Enum(SHARINGS),
  /** With `sharedWith` `namespace`. */
  namespace: Type.Optional(Type.String()),
  createdAt: Type.String(),
  changedAt: Type.String(),
})
/** A search under a name. It holds no events: who opens it finds what their own rights show. */
export type SavedSearch = Readonly<Static<typeof SavedSearchRecord>>

/** What a user states of a saved search. */
export type SearchWish = Pick<SavedSearch, 'name' | 'query' | 'sharedWith' | 'namespace'>

/** A user who keeps searches, and from where. */
export interface Keeping extends Administrator {
  readonly principal: Principal
}

/**
 * Saved searches. A change is recorded as an event before it is made, and is durable once its
 * promise resolves. A search that the user does not see counts as missing.
 */
export interface SavedSearches {
  /** Those that a user sees, by name. */
  list(principal: Principal): readonly SavedSearch[]
  /**
   * @throws Fault `request.invalid`; `access.denied` for a sharing without the right to it;
   *   `resource.too-many`; `store.unavailable`.
   */
  create(by: Keeping, wish: SearchWish): Promise<SavedSearch>
  /** @throws Fault as `create`, and `resource.missing`; `access.denied` without the right to it. */
  change(by: Keeping, id: string, wish: SearchWish): Promise<SavedSearch>
  /** @throws Fault `resource.missing`, `access.denied`, `store.unavailable`. */
  remove(by: Keeping, id: string): Promise<void>
}

/** Saved searches, and what becomes of those of deleted users. */
export interface SavedSearchKeeper extends SavedSearches {
  /**
   * Ends the private searches of users that are no longer there, and leaves the others to those
   * whom they are shared with.
   */
  passOn(by: Administrator): Promise<void>
}

/** Whether a user may open a saved search. */
export function seesSearch(principal: Principal, search: SavedSearch): boolean {
  if (search.tenant !== principal.tenant) return false
  if (search.owner === principal.userId || search.sharedWith === 'tenant') return true
  return search.sharedWith === 'namespace' && hasPlaceIn(principal, search.namespace)
}

/**
 * Whether a user who sees a saved search may change and delete it: its owner; of a shared one also
 * an administrator, and of one that is shared with a namespace who has the role `admin` there.
 */
export function mayChangeSearch(principal: Principal, search: SavedSearch): boolean {
  if (search.owner === principal.userId || mayAdminister(principal)) return true
  if (search.sharedWith !== 'namespace') return false
  return principal.grants.some(
    ({ namespace, repository, role }) =>
      namespace === search.namespace && repository === undefined && role === 'admin',
  )
}

/** Whether a user may share with a namespace or the tenant: who reads there. */
export function mayShare(principal: Principal, { sharedWith, namespace }: SearchWish): boolean {
  if (sharedWith === 'none') return true
  return sharedWith === 'tenant' ? readsAll(principal) : hasPlaceIn(principal, namespace)
}

function hasPlaceIn(principal: Principal, namespace: string | undefined): boolean {
  return readsAll(principal) || principal.grants.some((grant) => grant.namespace === namespace)
}

/** Whether a user reads every event of the tenant. */
function readsAll(principal: Principal): boolean {
  const { tenants, conditions } = visibleEvents(principal)
  return tenants.length > 0 && conditions.length === 0
}
