import { type JsonObject, OWN_ACTOR } from '../../core/event/event.ts'
import { NAME_LENGTH_MAX } from '../../core/limits.ts'
import { redactText } from '../../core/redaction/redact.ts'
import { recordableText } from '../../core/values/recordable-text.ts'
import type { AccessEvent, Administrator } from '../directory/administration-event.ts'
import { actorOf } from '../directory/principal.ts'
import type { SavedSearch } from './saved-search.ts'

/** What can be done to saved searches; the actions of their events. */
export type SavedSearchAct = 'saved-search.create' | 'saved-search.change' | 'saved-search.delete'

/** A saved search before and after a change. */
interface Changed {
  readonly before?: SavedSearch
  readonly after?: SavedSearch
}

/** The event of a change that is about to be made. */
export function savedSearchEvent(
  act: SavedSearchAct,
  { principal, client }: Administrator,
  { before, after, tenant }: Changed & { readonly tenant: string },
): AccessEvent {
  const { id = '', name = '' } = after ?? before ?? {}
  return {
    tenant,
    action: act,
    outcome: 'success',
    actor: principal === undefined ? OWN_ACTOR : actorOf(principal),
    ...(client !== undefined && { client }),
    target: { type: 'saved-search', id, name: recordableText(redactText(name), NAME_LENGTH_MAX) },
    details: {
      ...(before !== undefined && { before: shown(before) }),
      ...(after !== undefined && { after: shown(after) }),
    },
  }
}

function shown({ name, query, sharedWith, namespace, owner }: SavedSearch): JsonObject {
  return {
    name: redactText(name),
    // Decoded, so that secrets in it are found.
    query: [...new URLSearchParams(query)].map(([key, value]) => `${key}=${redactText(value)}`),
    sharedWith,
    ...(namespace !== undefined && { namespace }),
    owner,
  }
}
