import { Fault } from '../errors.ts'
import { RECORD_START } from './transcribe/item-scan.ts'
import { NEWLINE } from './transcribe/json-bytes.ts'

/** UTF-8's byte-order mark, which Windows programs write before text. */
const MARK = Buffer.from('\u{feff}')
const MARKED_LINE = Buffer.from('\n\u{feff}')
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20
const TAB = 0x09

/**
 * The body with spaces instead of a byte-order mark at its start (RFC 8259 section 8.1 allows
 * readers to ignore it), and at the start of each line when `everyLine`, since concatenated files
 * have marks there.
 */
export function withoutMarks(body: Buffer, everyLine: boolean): Buffer {
  const isMarked = body.subarray(0, MARK.length).equals(MARK)
  const firstLine = everyLine ? body.indexOf(MARKED_LINE) : -1
  if (!isMarked && firstLine < 0) return body
  const masked = Buffer.from(body)
  if (isMarked) masked.fill(SPACE, 0, MARK.length)
  for (let at = firstLine; at >= 0; at = body.indexOf(MARKED_LINE, at + MARKED_LINE.length)) {
    masked.fill(SPACE, at + 1, at + MARKED_LINE.length)
  }
  return masked
}

/**
 * Converts the records of a JSON text sequence (RFC 7464) to lines, record n to line n. Line breaks
 * in records become tabs, which are equivalent between tokens and also invalid in strings.
 *
 * @throws Fault `request.malformed` when the body does not begin with a record.
 */
export function linesOfSequence(body: Buffer): Buffer {
  if (body.length > 0 && body[0] !== RECORD_START) {
    const detail = 'each record of application/json-seq must begin with the byte 0x1E (RFC 7464)'
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
