import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { cutJsonText } from '../core/cut-text.ts'
import { Fault } from '../core/errors.ts'
import type { EventSource, JsonObject } from '../core/event/event.ts'
import type { NewEvent } from '../core/event/new-event.ts'
import { deepJsonText } from '../core/json/json-excerpt.ts'
import { redactText } from '../core/redaction/redact.ts'
import { recordableText } from '../core/values/recordable-text.ts'
import { redactBody } from '../sources/bodies/redacted-body.ts'
import type { DeadLetter } from '../sources/source.ts'

/** Bytes of an unreadable body that are kept; a whole event holds 64 KiB. */
const BODY_BYTES_KEPT = 40 * 1024
/** Longest JSON text of a kept body: base64 of `BODY_BYTES_KEPT` is just below it. */
const BODY_TEXT_BYTES_MAX = 56 * 1024
/** Bytes of JSON that are kept of a row; the other fields need space too. */
const ROW_BYTES_MAX = 52 * 1024
/** Longest reason, in bytes of JSON: the event holds it twice, in addition to the body. */
const REASON_BYTES_MAX = 2048

/** What to record about unreadable data. */
export interface Unreadable extends Pick<NewEvent, 'target' | 'tenant'> {
  /** Its `eventId` identifies the data, so that it is stored once. */
  readonly source: Partial<EventSource>
  readonly message: string
  readonly details: JsonObject
}

/** The event that keeps unreadable data. */
export function unreadableEvent(what: Unreadable): NewEvent {
  return {
    action: 'source.dead-letter',
    category: 'system',
    level: 'error',
    outcome: 'failure',
    ...what,
  }
}

/**
 * The event that keeps an unreadable delivery, without the secrets in it. Its id is the SHA-256 of
 * the body, so that a sender's retry of the same body is recognized. When secrets were removed from
 * a body that is kept whole, the digest is that of the redacted body, since a password could be
 * guessed from the digest of the original.
 */
export function deadLetterEvent(letter: DeadLetter): NewEvent {
  const { body, isCut, isRedacted } = redactBody(letter.body)
  const digested = isRedacted && !isCut ? body : letter.body
  const sha256 = createHash('sha256').update(digested).digest('hex')
  const reason = reasonText(redactText(letter.reason))
  return unreadableEvent({
    source: { eventId: sha256 },
    message: `a delivery could not be read: ${reason}`,
    details: {
      reason,
      sha256,
      bytes: letter.body.length,
      ...keptBody(body),
      truncated: isCut || body.length > BODY_BYTES_KEPT,
    },
  })
}

/**
 * The event that keeps a log item which is not a row. The same item has the same id, so that it is
 * stored once.
 *
 * @param log its name, for people.
 */
export function deadRowEvent(log: string, item: unknown): NewEvent {
  const text = jsonOf(item)
  const body = cutJsonText(text.toWellFormed(), ROW_BYTES_MAX)
  return unreadableEvent({
    source: { eventId: `odd-${createHash('sha256').update(`${log}\n${text}`).digest('hex')}` },
    target: { type: 'log', name: log },
    message: `${log}: an item of the log is not a row`,
    details: { body, bytes: Buffer.byteLength(text), truncated: body.length < text.length },
  })
}

/** A parsed event, or the dead letter in its place. */
export interface ReadOrRefused<Read> {
  readonly read: Read
  /** Whether it is the dead letter of an event that failed validation. */
  readonly isRefused: boolean
}

/** Parses an event; when it is invalid, returns its dead letter under the same id. */
export function readOrRefused<Read>(
  event: NewEvent,
  read: (event: NewEvent) => Read,
): ReadOrRefused<Read> {
  try {
    return { read: read(event), isRefused: false }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const letter = deadLetterEvent(refusedEvent(event, error))
    const { id } = event
    return { read: read(id === undefined ? letter : { ...letter, id }), isRefused: true }
  }
}

/** The dead letter of an event that failed validation. */
export function refusedEvent(event: NewEvent, fault: Fault): DeadLetter {
  const problems = fault.problems.map(({ path, expected }) => `${path}: expected ${expected}`)
  return { reason: problems.join('; '), body: Buffer.from(deepJsonText(event)) }
}

/** A reason may repeat received text, such as a key or the place of a parser error. */
function reasonText(reason: string): string {
  return cutJsonText(recordableText(reason), REASON_BYTES_MAX)
}

/** The body as text when an event can hold it, else as base64. */
function keptBody(body: Buffer): { readonly body: string; readonly encoding: string } {
  const text = readText(body)
  const isText = text !== undefined && !text.includes('\0')
  if (isText && Buffer.byteLength(JSON.stringify(text)) <= BODY_TEXT_BYTES_MAX) {
    return { body: text, encoding: 'utf-8' }
  }
  return { body: body.subarray(0, BODY_BYTES_KEPT).toString('base64'), encoding: 'base64' }
}

/** A cut may fall inside a character, so up to three more bytes may be dropped. */
function readText(body: Buffer): string | undefined {
  const longest = Math.min(body.length, BODY_BYTES_KEPT)
  const shortest = longest === body.length ? longest : longest - 3
  for (let end = longest; end >= shortest; end -= 1) {
    const part = body.subarray(0, end)
    if (isUtf8(part)) return part.toString()
  }
  return undefined
}

function jsonOf(item: unknown): string {
  try {
    return JSON.stringify(item)
  } catch {
    return 'a value that is nested too deeply'
  }
}
