import type { JsonObject } from '../../core/event.ts'
import { isMembers } from '../../core/json.ts'

/** One entry of a Quay's usage log, read from its API, its database or its archives. */
export interface LogEntry {
  /** One of the kinds of `QUAY_KINDS`, or of a newer Quay. */
  readonly kind: string
  readonly metadata: JsonObject
  readonly ip: string | null
  /** Seconds since the epoch: the API tells no fractions. */
  readonly second: number
  /** Who did it; absent when nobody did, or when that account was deleted since. */
  readonly performer?: { readonly name: string; readonly isRobot: boolean }
}

/** An entry as an API answers it. */
export interface AnsweredEntry {
  readonly entry: LogEntry
  /** Name of the namespace, which lists for superusers alone tell. */
  readonly namespace?: string
}

/** Reads an entry of an API's answer; undefined for what is none. */
export function readLogEntry(value: unknown): AnsweredEntry | undefined {
  if (!isMembers(value)) return undefined
  const { kind, metadata, ip, datetime, performer, namespace } = value
  const second = readMailDate(datetime)
  if (typeof kind !== 'string' || kind === '' || second === undefined) return undefined
  const by = performerOf(performer)
  const name = isMembers(namespace) ? namespace['name'] : undefined
  const entry: LogEntry = {
    kind,
    // It came from a JSON text, so it is JSON.
    metadata: isMembers(metadata) ? (metadata as JsonObject) : {},
    ip: typeof ip === 'string' && ip !== '' ? ip : null,
    second,
    ...(by !== undefined && { performer: by }),
  }
  return { entry, ...(typeof name === 'string' && name !== '' && { namespace: name }) }
}

function performerOf(value: unknown): LogEntry['performer'] {
  const name = isMembers(value) ? value['name'] : undefined
  if (!isMembers(value) || typeof name !== 'string' || name === '') return undefined
  return { name, isRobot: value['is_robot'] === true }
}

/**
 * Reads Quay's times (RFC 2822, zone `-0000`) as seconds since the epoch; undefined for anything
 * else. A zone is read as what it says, though Quay writes no other.
 */
export function readMailDate(value: unknown): number | undefined {
  const form = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$/
  if (typeof value !== 'string' || !form.test(value)) return undefined
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? undefined : ms / 1000
}
