import type { JsonObject, JsonValue } from '../../../core/event/event.ts'
import { isMembers, type Members } from '../../../core/json/json.ts'
import { recordableText } from '../../../core/values/recordable-text.ts'
import { memberTexts } from '../python/python-json.ts'
import { readMetadata } from './metadata-details.ts'

/** One entry of a Quay's usage log, read from its API, its database or its archives. */
export interface LogEntry {
  /** One of the kinds of `QUAY_KINDS`, or of a newer Quay. */
  readonly kind: string
  /** As parsed by JSON.parse, which changes numbers that a double cannot hold. */
  readonly metadata: JsonObject
  /** Its JSON text, if `metadata` would not be serialized to the same text. */
  readonly metadataText?: string
  readonly ip: string | null
  /** Seconds since the epoch: the API has no fractions. */
  readonly second: number
  /** The actor; absent without a name, or when that account was deleted since. */
  readonly performer?: { readonly name: string; readonly isRobot: boolean }
  /** Values of a form that no field accepts, by the JSON pointer of the event's field. */
  readonly asSent?: JsonObject
}

/** An entry in the answer of an API. */
export interface AnsweredEntry {
  readonly entry: LogEntry
  /** Name of the namespace, which only lists for superusers have. */
  readonly namespace?: string
  /** Whether its time could not be read; `entry.second` is 0 then. */
  readonly isUntimed?: boolean
}

/** What Quay itself shows for an unknown kind. */
const UNKNOWN_KIND = 'unknown'
/** Longest text of a value that no field accepts, in UTF-16 units. */
const SENT_LENGTH_MAX = 1024

/**
 * Reads an entry of an API's answer; undefined when it is not an object. An invalid member costs
 * its field, not the entry.
 *
 * @param text the JSON text of `value`; without it, numbers are as JSON.parse read them.
 */
export function readLogEntry(value: unknown, text?: string): AnsweredEntry | undefined {
  if (!isMembers(value)) return undefined
  const { kind, ip, datetime, namespace } = value
  const second = readMailDate(datetime)
  const by = performerOf(value['performer'])
  const name = isMembers(namespace) ? namespace['name'] : undefined
  const asSent = {
    ...(!isText(kind) && sent('/nativeAction', kind)),
    ...(second === undefined && sent('/time', datetime)),
    ...(typeof ip !== 'string' && sent('/client/ip', ip)),
    ...(by === undefined && sent('/actor', value['performer'])),
    ...(!isText(name) && sent('/target/namespace', namespace)),
    ...(!isMembers(value['metadata']) && sent('/details', value['metadata'])),
  }
  const entry: LogEntry = {
    kind: isText(kind) ? kind : UNKNOWN_KIND,
    ...metadataOf(value, text),
    ip: typeof ip === 'string' && ip !== '' ? ip : null,
    second: second ?? 0,
    ...(by !== undefined && { performer: by }),
    ...(Object.keys(asSent).length > 0 && { asSent }),
  }
  return {
    entry,
    ...(isText(name) && { namespace: name }),
    ...(second === undefined && { isUntimed: true }),
  }
}

function metadataOf(
  { metadata }: Members,
  entryText: string | undefined,
): Pick<LogEntry, 'metadata' | 'metadataText'> {
  if (!isMembers(metadata)) return { metadata: {} }
  const stored = entryText === undefined ? undefined : memberTexts(entryText).get('metadata')
  const read = stored === undefined ? undefined : readMetadata(stored)
  // It was parsed from JSON text.
  if (read === undefined) return { metadata: metadata as JsonObject }
  return {
    metadata: read.value,
    ...(read.text !== undefined && { metadataText: read.text }),
  }
}

function performerOf(value: unknown): LogEntry['performer'] {
  const name = isMembers(value) ? value['name'] : undefined
  if (!isMembers(value) || !isText(name)) return undefined
  return { name, isRobot: value['is_robot'] === true }
}

function sent(pointer: string, value: unknown): JsonObject {
  if (value === undefined || value === null) return {}
  return { [pointer]: sentValue(value) }
}

function sentValue(value: unknown): JsonValue {
  if (typeof value === 'boolean') return value
  return recordableText(writtenValue(value), SENT_LENGTH_MAX)
}

/** A value of any form as a text for people: a string itself, else its JSON. */
export function writtenValue(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value)
  } catch {
    return 'a value that is nested too deeply'
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/**
 * Parses Quay's times (RFC 2822, zone `-0000`) as seconds since the epoch; undefined for anything
 * else. Other zones are accepted too, although Quay writes none.
 */
export function readMailDate(value: unknown): number | undefined {
  const form = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$/
  if (typeof value !== 'string' || !form.test(value)) return undefined
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? undefined : ms / 1000
}
