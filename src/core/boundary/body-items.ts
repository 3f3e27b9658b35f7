import { Fault } from '../errors.ts'
import type { JsonValue } from '../event/event.ts'
import { parseSentJson } from './sent-json.ts'
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  endOfObject,
  endOfString,
  NEWLINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipBlanks,
} from './transcribe/json-bytes.ts'

/** One item of a body that is read item by item. */
export interface BodyItem {
  /** Position in the body, from 0; undefined when the body is the item. */
  readonly index: number | undefined
  readonly text: string
  readonly value: JsonValue
}

/**
 * The items of a body with one JSON text: those of the array, or the text itself.
 *
 * @throws Fault `request.malformed` when the text is not JSON.
 */
export function* itemsOfJson(body: Buffer): Generator<BodyItem> {
  const start = skipBlanks(body, 0)
  if (body[start] !== OPEN_BRACKET) {
    const text = body.toString()
    yield { index: undefined, text, value: parseWhole(body, text) }
    return
  }
  let at = skipBlanks(body, start + 1)
  let end = body[at] === CLOSE_BRACKET ? at : undefined
  for (let index = 0; end === undefined || body[end] === COMMA; index += 1) {
    if (end !== undefined) at = end + 1
    end = endOfItem(body, at)
    const text = body.toString('utf8', at, end)
    yield { index, text, value: parseOr(text, () => parseWhole(body)) }
  }
  if (body[end] !== CLOSE_BRACKET || skipBlanks(body, end + 1) !== body.length) parseWhole(body)
}

/**
 * The items of a body with one on each line. Blank lines are skipped, but count in the line numbers
 * of errors.
 *
 * @param word what errors call a line.
 *
 * @throws Fault `request.malformed` at a line that is not JSON.
 */
export function* itemsOfLines(body: Buffer, word: string): Generator<BodyItem> {
  let index = 0
  for (let start = skipBlanks(body, 0); start < body.length; ) {
    const newline = body.indexOf(NEWLINE, start)
    const end = newline === -1 ? body.length : newline
    const text = body.toString('utf8', start, end)
    // JavaScript knows more whitespace than JSON.
    if (text.trim() !== '') {
      const at = start
      const value = parseOr(text, (error) => {
        throw malformed(`${word} ${lineOf(body, at)}: ${messageOf(error)}`, error)
      })
      yield { index, text, value }
      index += 1
    }
    start = skipBlanks(body, end)
  }
}

/** Index of the comma or bracket after the item at `at`, or the end of the text. */
function endOfItem(json: Buffer, at: number): number {
  let depth = 0
  for (let index = at; index < json.length; index += 1) {
    const byte = json[index]
    if (byte === QUOTE) index = endOfString(json, index + 1)
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1
    else if (depth === 0 && (byte === COMMA || byte === CLOSE_BRACKET)) return index
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1
  }
  return json.length
}

function lineOf(body: Buffer, at: number): number {
  let line = 1
  for (let from = 0; ; line += 1) {
    const newline = body.indexOf(NEWLINE, from)
    if (newline === -1 || newline >= at) return line
    from = newline + 1
  }
}

function parseOr(text: string, refuse: (error: unknown) => JsonValue): JsonValue {
  try {
    return parseSentJson(text)
  } catch (error) {
    return refuse(error)
  }
}

/** Parses the whole body, so that the error names the position in it. */
function parseWhole(body: Buffer, text = body.toString()): JsonValue {
  return parseOr(text, (error) => {
    throw malformed(messageOf(error) + (beginsWithObjects(body) ? OBJECTS_ADVICE : ''), error)
  })
}

const OBJECTS_ADVICE = '; send several objects, one per line, as application/x-ndjson'

/** Whether a body that is not JSON consists of consecutive objects. */
function beginsWithObjects(body: Buffer): boolean {
  const start = skipBlanks(body, 0)
  const end = body[start] === OPEN_BRACE ? endOfObject(body, start) : -1
  return end >= 0 && body[skipBlanks(body, end)] === OPEN_BRACE
}

function malformed(detail: string, cause: unknown): Fault {
  return new Fault('request.malformed', { detail, cause })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'not JSON'
}
