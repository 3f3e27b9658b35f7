import { requestJson } from './request.ts'

/** What a user states of a saved search. */
export interface SearchWish {
  readonly name: string
  /** As in the address of the events page, without the question mark. */
  readonly query: string
  readonly sharedWith: 'none' | 'namespace' | 'tenant'
  /** With `sharedWith` `namespace`. */
  readonly namespace?: string
}

/** A saved search that the signed-in user sees. */
export interface SavedSearch extends SearchWish {
  readonly id: string
  /** Name of its user; absent once the user was deleted. */
  readonly owner?: string
  readonly isOwn: boolean
  readonly mayChange: boolean
}

const PATH = '/v1/saved-searches'

/** The saved searches that the user sees, by name. */
export async function readSavedSearches(signal: AbortSignal): Promise<readonly SavedSearch[]> {
  const answer = await requestJson<{ readonly savedSearches: readonly SavedSearch[] }>(PATH, {
    signal,
  })
  return answer.savedSearches
}

/** Saves a search, or changes the one of an id. @throws ApiProblem 400, 403, 404, 409. */
export function saveSearch(wish: SearchWish, id?: string): Promise<SavedSearch> {
  if (id === undefined) return requestJson(PATH, { method: 'POST', body: wish })
  return requestJson(`${PATH}/${encodeURIComponent(id)}`, { method: 'PUT', body: wish })
}

/** @throws ApiProblem 403, 404. */
export function deleteSearch(id: string): Promise<void> {
  return requestJson(`${PATH}/${encodeURIComponent(id)}`, { method: 'DELETE' })
}
