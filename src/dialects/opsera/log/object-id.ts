import { hash } from 'node:crypto'
import type { StoredEvent } from '../../../core/event/event.ts'
import { parseTimestamp } from '../../../core/time/timestamp.ts'

/** Hexadecimal digits of an id: 12 bytes. */
export const OBJECT_ID_LENGTH = 24
const SECONDS_DIGITS = 8
const ORIGIN_DIGITS = 6
const SEQ_DIGITS = 10
const SECONDS_END = 2 ** 32
const OBJECT_ID = /^[0-9a-f]{24}$/

/** Whether a text is an id as in MongoDB. */
export function isObjectId(text: string): boolean {
  return OBJECT_ID.test(text)
}

/**
 * The row series of an event: 0 for user actions and token activity, 1 for pipelines. An event may
 * be a row of both, and no two rows of Opsera's logs have the same id.
 */
type RowSeries = 0 | 1

/**
 * The id of an event as an ObjectId: 4 bytes of seconds since the epoch, as in MongoDB; 3 bytes of
 * the SHA-256 of the ledger's name, with the last bit flipped for series 1; 5 bytes of the position
 * in that ledger. So ids are unique, and identify their event. Seconds wrap around in 2106; a
 * ledger has room for 10^12 events.
 */
export function eventObjectId({ event, origin, seq }: StoredEvent, series: RowSeries): string {
  const seconds = Math.floor((parseTimestamp(event.time) ?? 0) / 1_000_000) % SECONDS_END
  const place = originTag(origin, series) + hexadecimal(seq, SEQ_DIGITS)
  return hexadecimal(seconds, SECONDS_DIGITS) + place
}

/** Reads an id of `eventObjectId`; undefined for any other text. */
export function readObjectId(
  id: string,
): { readonly seconds: number; readonly originTag: string; readonly seq: number } | undefined {
  if (!isObjectId(id)) return undefined
  const seqStart = SECONDS_DIGITS + ORIGIN_DIGITS
  return {
    seconds: Number.parseInt(id.slice(0, SECONDS_DIGITS), 16),
    originTag: id.slice(SECONDS_DIGITS, seqStart),
    seq: Number.parseInt(id.slice(seqStart), 16),
  }
}

/** Represents a ledger in the ids of its events. */
export function originTag(origin: string, series: RowSeries): string {
  const tag = Number.parseInt(hash('sha256', origin).slice(0, ORIGIN_DIGITS), 16)
  return hexadecimal(tag ^ series, ORIGIN_DIGITS)
}

/** The id for texts that together identify something: the beginning of their SHA-256. */
export function digestId(texts: readonly string[]): string {
  return hash('sha256', texts.join('\n')).slice(0, OBJECT_ID_LENGTH)
}

function hexadecimal(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
