import { Fault } from './errors.ts'
import { NEWLINE } from './json-bytes.ts'

/** UTF-8's byte-order mark, which Windows' programs write in front of text. */
const MARK = Buffer.from('\u{feff}')
/** Begins a record of a JSON text sequence (RFC 7464 section 2.2). */
const RECORD_START = 0x1e
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20
const TAB = 0x09

/**
 * The body with blanks in place of a byte-order mark at its start (RFC 8259 section 8.1 lets a
 * reader pass over it), and at the start of each line when `everyLine`: files that were put
 * together have one there.
 */
export function withoutMarks(body: Buffer, everyLine: boolean): Buffer {
  const first = body.indexOf(MARK)
  if (first < 0) return body
  const blanked = Buffer.from(body)
  for (let at = first; at >= 0; at = body.indexOf(MARK, at + MARK.length)) {
    const startsLine = everyLine && body[at - 1] === NEWLINE
    if (at === 0 || startsLine) blanked.fill(SPACE, at, at + MARK.length)
  }
  return blanked
}

/**
 * The records of a JSON text sequence (RFC 7464) as lines, record n on line n. Line breaks inside
 * of records become tabs, which are no less blank between tokens and no more valid in strings.
 *
 * @throws Fault `request.malformed` when the body does not begin with a record.
 */
export function linesOfSequence(body: Buffer): Buffer {
  if (body.length > 0 && body[0] !== RECORD_START) {
    const detail = 'each record of application/json-seq begins with the byte 0x1E (RFC 7464)'
    throw new Fault('request.malformed', { detail })
  }
  const lines = Buffer.from(body.subarray(1))
  for (let index = 0; index < lines.length; index += 1) {
    const byte = lines[index]
    if (byte === RECORD_START) lines[index] = NEWLINE
    else if (byte === NEWLINE || byte === CARRIAGE_RETURN) lines[index] = TAB
  }
  return lines
}
