import { isUtf8 } from 'node:buffer'
import { linesOfSequence, withoutMarks } from './body-lines.ts'
import type { Draft } from './draft.ts'
import { countMemberMarks, countMembers, findDuplicateKey } from './duplicate-keys.ts'
import { Fault, type Problem } from './errors.ts'
import { endOfObject, OPEN_BRACE, skipBlanks } from './json-bytes.ts'
import { hasItemOver, hasLineOver } from './json-items.ts'
import {
  BATCH_BYTES_MAX,
  BATCH_EVENTS_MAX,
  PROBLEMS_NAMED_MAX,
  SENT_EVENT_BYTES_MAX,
} from './limits.ts'
import type { Reception } from './new-event.ts'
import { parseNewEvent } from './parse-event.ts'
import { parseSentJson } from './sent-json.ts'
import { transcribeBody } from './transcribe-body.ts'

/**
 * How events stand in a body: one JSON object or an array of them, one object on each line, or a
 * JSON text sequence (RFC 7464).
 */
export type EventBodyForm = 'json' | 'ndjson' | 'json-seq'

/**
 * Reads the events of a request's body, all or none.
 *
 * @returns 1 to `BATCH_EVENTS_MAX` drafts in the order of the body.
 * @throws Fault `request.malformed` when the body is not UTF-8 or not JSON, `request.too-large`
 *   over a limit, `event.invalid` naming index and path of up to `PROBLEMS_NAMED_MAX` problems.
 */
export function parseEventBody(sent: Buffer, form: EventBodyForm, reception: Reception): Draft[] {
  if (sent.length > BATCH_BYTES_MAX) {
    throw new Fault('request.too-large', { detail: `a body has at most ${BATCH_BYTES_MAX} bytes` })
  }
  if (!isUtf8(sent)) throw new Fault('request.malformed', { detail: 'the body is not UTF-8' })
  const isLines = form !== 'json'
  const body = withoutMarks(form === 'json-seq' ? linesOfSequence(sent) : sent, isLines)
  refuseLargeEvents(body, isLines)
  const drafts = transcribeBody(body, isLines ? 'ndjson' : 'json', reception)
  return drafts ?? parseCarefully(body, form, reception)
}

/** What errors call a line. */
const WORD_OF_LINE = { ndjson: 'line', 'json-seq': 'record' } as const

/** Reads every event as a value: slower, and able to say all that is wrong. */
function parseCarefully(body: Buffer, form: EventBodyForm, reception: Reception): Draft[] {
  const text = body.toString()
  const parsed = form === 'json' ? parseJson(text) : readLines(text, WORD_OF_LINE[form])
  const isBatch = Array.isArray(parsed)
  const items: readonly unknown[] = isBatch ? parsed : [parsed]
  if (items.length === 0) throw new Fault('request.malformed', { detail: 'there is no event' })
  if (items.length > BATCH_EVENTS_MAX) {
    throw new Fault('request.too-large', {
      detail: `a request has at most ${BATCH_EVENTS_MAX} events, this one has ${items.length}`,
    })
  }
  const drafts = parseAll(items, reception, isBatch)
  refuseDuplicateKeys(body, form !== 'json', items)
  return drafts
}

/** Before the body is parsed, since a single event of this size would be refused only after it. */
function refuseLargeEvents(body: Buffer, isLines: boolean): void {
  if (body.length <= SENT_EVENT_BYTES_MAX) return
  const isOver = isLines ? hasLineOver : hasItemOver
  if (!isOver(body, SENT_EVENT_BYTES_MAX)) return
  throw new Fault('request.too-large', {
    detail: `an event has at most ${SENT_EVENT_BYTES_MAX} bytes as it is sent`,
  })
}

/** Parses every item, so that a sender learns of all problems at once. */
function parseAll(items: readonly unknown[], reception: Reception, isBatch: boolean): Draft[] {
  const drafts: Draft[] = []
  const problems: Problem[] = []
  let problemCount = 0
  for (const [index, item] of items.entries()) {
    try {
      drafts.push(parseNewEvent(item, reception, isBatch ? index : undefined))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      problemCount += error.problems.length
      problems.push(...error.problems.slice(0, PROBLEMS_NAMED_MAX - problems.length))
    }
  }
  if (problemCount === 0) return drafts
  const unnamed = problemCount - problems.length
  throw new Fault('event.invalid', {
    problems,
    detail: unnamed > 0 ? `and ${unnamed} more problems; nothing was stored` : 'nothing was stored',
  })
}

/** Blank lines are skipped; they count in the line numbers that errors name. */
function readLines(text: string, word: string): readonly unknown[] {
  const items: unknown[] = []
  let start = 0
  for (let line = 1; start < text.length; line += 1) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    const content = text.slice(start, end)
    if (content.trim() !== '') items.push(parseJson(content, `${word} ${line}: `))
    start = end + 1
  }
  return items
}

/** @param place of the text, for the error; undefined when it is the whole body. */
function parseJson(text: string, place?: string): unknown {
  try {
    return parseSentJson(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'not JSON'
    const advice = place === undefined && beginsWithObject(text) ? OBJECTS_ADVICE : ''
    throw new Fault('request.malformed', {
      detail: `${place ?? ''}${reason}${advice}`,
      cause: error,
    })
  }
}

const OBJECTS_ADVICE =
  '; objects that follow one another, one on each line, are sent as application/x-ndjson'

/** Whether text that is not JSON begins with an object, and goes on with another one. */
function beginsWithObject(text: string): boolean {
  const bytes = Buffer.from(text)
  const start = skipBlanks(bytes, 0)
  const end = bytes[start] === OPEN_BRACE ? endOfObject(bytes, start) : -1
  return end >= 0 && bytes[skipBlanks(bytes, end)] === OPEN_BRACE
}

/** The cheap count passes nearly every body without duplicate keys; the rest is read with care. */
function refuseDuplicateKeys(body: Buffer, isLines: boolean, items: readonly unknown[]): void {
  let members = 0
  for (const item of items) members += countMembers(item)
  if (countMemberMarks(body) === members) return
  const texts = isLines ? body.toString().split('\n') : [body.toString()]
  for (const [index, text] of texts.filter((line) => line.trim() !== '').entries()) {
    const key = findDuplicateKey(text)
    if (key === undefined) continue
    const where = isLines ? { index } : {}
    throw new Fault('event.invalid', {
      problems: [{ ...where, path: '', expected: `each key once; ${JSON.stringify(key)} repeats` }],
      detail: 'nothing was stored',
    })
  }
}
