import type { NewEvent } from '../../../core/event/new-event.ts'
import { redactText } from '../../../core/redaction/redact.ts'
import type { DeadLetter, Translation } from '../../source.ts'
import { openEnvelope } from '../envelope.ts'
import type { Position } from '../position.ts'
import { eventIdOf, translateEvent } from '../translate.ts'
import type { EngineProduct } from './engine-greeting.ts'
import type { Line } from './line-splitter.ts'

/** Longest line of an engine's events, in bytes: enough for more labels than an event can hold. */
export const LINE_BYTES_MAX = 256 * 1024

/** Bytes of an unreadable line that are passed on, about as many as a dead letter keeps. */
const DEAD_LINE_BYTES_MAX = 48 * 1024

/** The result of reading some lines. */
export interface LinesRead {
  readonly translation: Translation
  /** The position of each event, in order. */
  readonly positions: readonly Position[]
}

/**
 * Reads lines of `GET /events`. Each becomes an event or a dead letter.
 *
 * @param product the engine that sent them; undefined when unknown.
 */
export function readLines(lines: readonly Line[], product: EngineProduct | undefined): LinesRead {
  const events: NewEvent[] = []
  const deadLetters: DeadLetter[] = []
  const positions: Position[] = []
  for (const line of lines) {
    const envelope = line.isWhole
      ? openEnvelope(line.bytes)
      : { unreadable: `a line is longer than ${LINE_BYTES_MAX} bytes` }
    if ('unreadable' in envelope) {
      deadLetters.push({ reason: envelope.unreadable, body: safeBytes(line.bytes) })
    } else {
      const { event } = envelope
      events.push(translateEvent(event, product))
      positions.push({ eventId: eventIdOf(event), timeNano: event.timeNano })
    }
  }
  return { translation: { events, deadLetters, skipped: {} }, positions }
}

/** A line that cannot be read may still hold a command line. */
function safeBytes(line: Buffer): Buffer {
  return Buffer.from(redactText(line.subarray(0, DEAD_LINE_BYTES_MAX).toString()))
}
