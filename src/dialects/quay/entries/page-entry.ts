import type { JsonObject, JsonValue } from '../../../core/event/event.ts'
import { isJsonObject } from '../../../core/json/json.ts'
import { UNKNOWN_KIND } from './kinds.ts'
import { NOTIFICATION_EVENTS, type PageKey, pageKeysOf } from './page-keys.ts'
import { StoredJson } from './stored-json.ts'

/** An entry as it is served. */
export interface PageEntry {
  readonly kind: string
  readonly metadata: JsonObject
}

/** Fewest characters before the `@` of an address that Quay's page can mask. */
const LOCAL_PART_LENGTH_MIN = 2

/**
 * The nearest entry that Quay's page can show, because one bad entry breaks the whole page. Usable
 * metadata stays unchanged; an unusable value becomes a text, and a missing required one is filled
 * in. A notification about an event that the page has no name for is served as `unknown`, since any
 * other event would be untrue.
 */
export function pageEntryOf(kind: string, metadata: JsonObject): PageEntry {
  const keys = pageKeysOf(kind)
  if (keys.some((one) => one.use === 'event' && !isNotificationEvent(metadata[one.key]))) {
    return pageEntryOf(UNKNOWN_KIND.kind, metadata)
  }
  const changed = keys.flatMap((one): [string, JsonValue][] => {
    const value = usableValue(one, metadata)
    return value === undefined || value === metadata[one.key] ? [] : [[one.key, value]]
  })
  if (changed.length === 0) return { kind, metadata }
  return { kind, metadata: { ...metadata, ...Object.fromEntries(changed) } }
}

/**
 * The same for metadata that may be kept as text: the text is returned as stored, unless the page
 * needs another value in it.
 */
export function shownEntryOf(
  kind: string,
  metadata: JsonObject | StoredJson,
): { readonly kind: string; readonly metadata: JsonObject | StoredJson } {
  if (!(metadata instanceof StoredJson)) return pageEntryOf(kind, metadata)
  const readable: JsonObject = JSON.parse(metadata.text)
  const entry = pageEntryOf(kind, readable)
  return entry.metadata === readable ? { kind: entry.kind, metadata } : entry
}

/** Whether Quay's page has a name for the event of a notification. */
function isNotificationEvent(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && NOTIFICATION_EVENTS.includes(value)
}

/** The value of a key that the page can use; undefined when none is needed. */
function usableValue({ key, use }: PageKey, metadata: JsonObject): JsonValue | undefined {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined
  switch (use) {
    case 'text':
      // The page treats any falsy value as absent.
      return value ? textOf(value) : value
    case 'given':
      return value === undefined || value === null ? 'unknown' : textOf(value)
    case 'config':
      return usableConfig(value)
    case 'receiver':
      return value ? shownValue(value) : receiverOf(value, metadata['email'])
    default:
      return value === undefined ? undefined : shownValue(value)
  }
}

function shownValue(value: JsonValue): JsonValue {
  return isShown(value) ? value : JSON.stringify(value)
}

/** Whether a value can be shown in a line: an object cannot, nor can a list that contains one. */
function isShown(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.every(isShown)
  return typeof value !== 'object' || value === null
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The settings of a build trigger. Only the part that the page shows must be usable. */
function usableConfig(config: JsonValue | undefined): JsonValue | undefined {
  const members = typeof config === 'string' ? parsed(config) : config
  if (members === undefined || !isJsonObject(members)) return config
  const source = members['build_source']
  if (source === undefined || isShown(source)) return config
  return { ...members, build_source: JSON.stringify(source) }
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The receiver of an export without a `url`: the page shows a masked mail address. */
function receiverOf(url: JsonValue | undefined, email: JsonValue | undefined) {
  if (typeof email !== 'string' || email === '') return 'none'
  const [local = ''] = email.split('@')
  return local.length < LOCAL_PART_LENGTH_MIN ? `mailto:${email}` : url
}
