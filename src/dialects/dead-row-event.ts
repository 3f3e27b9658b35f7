import { createHash } from 'node:crypto'
import { cutJsonText } from '../core/cut-text.ts'
import type { NewEvent } from '../core/new-event.ts'

/** Bytes of JSON of what a row holds that are kept; the other fields need room too. */
const BODY_BYTES_MAX = 52 * 1024

/**
 * The event that keeps what stands in a vendor's log in place of a row. The same item has the same
 * id, so that it is kept once.
 *
 * @param log its name, for people.
 */
export function deadRowEvent(log: string, item: unknown): NewEvent {
  const text = jsonOf(item)
  const body = cutJsonText(text.toWellFormed(), BODY_BYTES_MAX)
  return {
    action: 'source.dead-letter',
    category: 'system',
    level: 'error',
    outcome: 'failure',
    source: { eventId: `odd-${createHash('sha256').update(`${log}\n${text}`).digest('hex')}` },
    target: { type: 'log', name: log },
    message: `${log}: an item of the log is not a row`,
    details: { body, bytes: Buffer.byteLength(text), truncated: body.length < text.length },
  }
}

function jsonOf(item: unknown): string {
  try {
    return JSON.stringify(item)
  } catch {
    return 'a value of too many levels'
  }
}
