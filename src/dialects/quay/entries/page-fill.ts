import type { Event, JsonObject, JsonValue } from '../../../core/event/event.ts'
import { sentAddressOf } from './as-sent.ts'

/** The name of an unknown person on Quay's page. */
const ANONYMOUS = '(anonymous)'

type Fills = Readonly<Record<string, JsonValue | undefined>>

/**
 * Values that Quay's page shows for a kind, where an event of another source has them elsewhere: a
 * deleted tag is shown by its digest, and an anonymous registry names no user.
 */
const FILLS: Readonly<Record<string, (event: Event) => Fills>> = {
  delete_tag: (event) => ({ tag: event.target?.digest, username: personOf(event) ?? ANONYMOUS }),
  create_tag: (event) => ({ image: event.target?.digest, username: personOf(event) ?? ANONYMOUS }),
  move_tag: (event) => ({ username: personOf(event) ?? ANONYMOUS }),
  permanently_delete_tag: (event) => ({ username: personOf(event) ?? ANONYMOUS }),
  change_tag_immutability: (event) => ({ username: personOf(event) ?? ANONYMOUS }),
  pull_repo: callerOf,
  repo_verb: callerOf,
  create_proxy_cache_config: (event) => ({ namespace: event.target?.namespace }),
}

/** Metadata with the values that Quay's page shows for the kind; existing values stay. */
export function filledForPage(event: Event, kind: string, metadata: JsonObject): JsonObject {
  const missing = Object.entries(FILLS[kind]?.(event) ?? {}).filter(
    (entry): entry is [string, JsonValue] =>
      entry[1] !== undefined && !Object.hasOwn(metadata, entry[0]),
  )
  return missing.length === 0 ? metadata : { ...metadata, ...Object.fromEntries(missing) }
}

function personOf({ actor }: Event): string | undefined {
  return actor?.name ?? actor?.email ?? actor?.id
}

/** A pull by an unknown user is shown with its address. */
function callerOf(event: Event): Fills {
  const username = personOf(event)
  return username === undefined ? { _ip: sentAddressOf(event) ?? event.client?.ip } : { username }
}
