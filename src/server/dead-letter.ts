import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { cutJsonText } from '../core/cut-text.ts'
import type { Fault } from '../core/errors.ts'
import { deepJsonText } from '../core/json-excerpt.ts'
import type { NewEvent } from '../core/new-event.ts'
import { recordableText } from '../core/recordable-text.ts'
import { redactText } from '../core/redaction/redact.ts'
import { redactBody } from '../sources/redacted-body.ts'
import type { DeadLetter } from '../sources/source.ts'

/** Bytes of an unreadable body that are kept; an event holds 64 KiB with everything around it. */
const BODY_BYTES_KEPT = 40 * 1024
/** Longest JSON text of a kept body: base64 of `BODY_BYTES_KEPT` is just below it. */
const BODY_TEXT_BYTES_MAX = 56 * 1024
/** Longest reason, in bytes of JSON: it stands in an event twice, next to the body. */
const REASON_BYTES_MAX = 2048

/**
 * The event that keeps what could not be read, without the secrets in it. It is named by the
 * SHA-256 of the body, so that a sender's retry of the same body is recognized. When secrets were
 * taken out of a body that is kept whole it is that of what is kept: a password could be guessed by
 * the other.
 */
export function deadLetterEvent(letter: DeadLetter): NewEvent {
  const { body, isCut, isRedacted } = redactBody(letter.body)
  const digested = isRedacted && !isCut ? body : letter.body
  const sha256 = createHash('sha256').update(digested).digest('hex')
  const reason = reasonText(redactText(letter.reason))
  return {
    action: 'source.dead-letter',
    category: 'system',
    level: 'error',
    outcome: 'failure',
    source: { eventId: sha256 },
    message: `a delivery could not be read: ${reason}`,
    details: {
      reason,
      sha256,
      bytes: letter.body.length,
      ...keptBody(body),
      truncated: isCut || body.length > BODY_BYTES_KEPT,
    },
  }
}

/** The letter that keeps an event which the boundary refused. */
export function refusedEvent(event: NewEvent, fault: Fault): DeadLetter {
  const problems = fault.problems.map(({ path, expected }) => `${path}: expected ${expected}`)
  return { reason: problems.join('; '), body: Buffer.from(deepJsonText(event)) }
}

/** A reason may repeat what was sent: a key, or the place where a parser gave up. */
function reasonText(reason: string): string {
  return cutJsonText(recordableText(reason), REASON_BYTES_MAX)
}

/** As text when it is text that an event can hold, else as base64. */
function keptBody(body: Buffer): { readonly body: string; readonly encoding: string } {
  const text = readText(body)
  const isText = text !== undefined && !text.includes('\0')
  if (isText && Buffer.byteLength(JSON.stringify(text)) <= BODY_TEXT_BYTES_MAX) {
    return { body: text, encoding: 'utf-8' }
  }
  return { body: body.subarray(0, BODY_BYTES_KEPT).toString('base64'), encoding: 'base64' }
}

/** A cut may fall inside of a character: up to three bytes are then left out. */
function readText(body: Buffer): string | undefined {
  const longest = Math.min(body.length, BODY_BYTES_KEPT)
  const shortest = longest === body.length ? longest : longest - 3
  for (let end = longest; end >= shortest; end -= 1) {
    const part = body.subarray(0, end)
    if (isUtf8(part)) return part.toString()
  }
  return undefined
}
