import type { Event, JsonObject, JsonValue } from '../../../core/event/event.ts'
import { QUAY_SOURCE_KIND } from '../source.ts'
import { vendorDetailsOf } from './as-sent.ts'
import { type QuayKind, quayKind } from './kinds.ts'
import { storedMetadata } from './metadata-details.ts'
import { filledForPage } from './page-fill.ts'
import type { StoredJson } from './stored-json.ts'

/**
 * The `metadata` of an entry. An event whose native action is a kind has the metadata in `details`,
 * so metadata from a Quay is returned unchanged. For any other event it is composed from the
 * event's fields, with the known keys of the kind.
 */
export function metadataOf(event: Event, kind: QuayKind): JsonObject | StoredJson {
  // Quay stores many kinds without metadata.
  if (event.source.kind === QUAY_SOURCE_KIND) return storedMetadata(event.details ?? {})
  const details = vendorDetailsOf(event)
  const isQuays = quayKind(event.nativeAction ?? '') !== undefined
  if (isQuays && details !== undefined) return details
  const entries: [string, JsonValue][] = []
  for (const key of kind.metadata) {
    const value = fieldOf(event, key) ?? details?.[key]
    if (value !== undefined && value !== null) entries.push([key, value])
  }
  return filledForPage(event, kind.kind, Object.fromEntries(entries))
}

/** The value of a metadata key, from the field of an event that has it. */
function fieldOf(event: Event, key: string): JsonValue | undefined {
  const { actor, client, target } = event
  if (key === nameKeyOf(event)) return target?.name
  switch (key) {
    case 'repo':
      return target?.repository
    case 'namespace':
      return target?.namespace
    case 'tag':
      return target?.tag
    case 'manifest_digest':
    case 'digest':
      return target?.digest
    case 'user-agent':
    case 'user_agent':
    case 'useragent':
      return client?.userAgent
    case 'ip':
      return client?.ip
    case 'message':
    case 'error':
      return event.message
    case 'is_robot':
      // Quay writes the key only for robots.
      return actor?.kind === 'robot' ? true : undefined
    case 'username':
      return isPermission(event) ? undefined : actor?.name
    default:
      return undefined
  }
}

/** The key that names the target of an action, by the object of the action. */
const NAME_KEYS: Readonly<Record<string, string>> = {
  user: 'username',
  robot: 'robot',
  team: 'team',
  application: 'application_name',
}

function nameKeyOf(event: Event): string | undefined {
  if (isPermission(event)) return event.target?.type === 'team' ? 'team' : 'username'
  return NAME_KEYS[event.action.slice(0, event.action.indexOf('.'))]
}

/** A permission is granted to a user or to a team; its `username` is never who granted it. */
function isPermission({ action }: Event): boolean {
  return action.endsWith('-permission')
}
