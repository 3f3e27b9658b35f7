import { Fault } from '../../errors.ts'
import type { Draft } from '../../event/draft.ts'
import type { Reception } from '../../event/new-event.ts'
import { countMemberMarks, countMembers, findDuplicateKey } from '../../json/duplicate-keys.ts'
import { BATCH_EVENTS_MAX } from '../../limits.ts'
import { parseNewEvent } from '../parse-event.ts'
import { parseSentJson } from '../sent-json.ts'
import {
  CLOSE_BRACKET,
  COMMA,
  endOfObject,
  NEWLINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  skipBlanks,
} from './json-bytes.ts'
import { EventTranscriber, receptionTexts } from './transcribe-event.ts'

/**
 * The drafts of a valid body: common events are transcribed, others are parsed one by one.
 * Undefined when anything is wrong; a careful reading then finds out what and where.
 *
 * @param body valid UTF-8.
 */
export function transcribeBody(
  body: Buffer,
  form: 'json' | 'ndjson',
  reception: Reception,
): Draft[] | undefined {
  const defaults = receptionTexts(reception)
  if (defaults === undefined) return undefined
  const transcriber = new EventTranscriber(body, defaults)
  const reading = { body, reception, transcriber, drafts: [] }
  const isFine = form === 'ndjson' ? readLines(reading) : readJson(reading)
  const { length } = reading.drafts
  return isFine && length >= 1 && length <= BATCH_EVENTS_MAX ? reading.drafts : undefined
}

interface Reading {
  readonly body: Buffer
  readonly reception: Reception
  readonly transcriber: EventTranscriber
  readonly drafts: Draft[]
}

function readLines({ body, reception, transcriber, drafts }: Reading): boolean {
  // This skips all blank lines at once.
  let start = skipBlanks(body, 0)
  while (start < body.length && drafts.length <= BATCH_EVENTS_MAX) {
    const newline = body.indexOf(NEWLINE, start)
    const end = newline === -1 ? body.length : newline
    const eventEnd = body[start] === OPEN_BRACE ? transcriber.read(start) : -1
    const next = skipBlanks(body, eventEnd < 0 ? end : eventEnd)
    const isWholeLine = eventEnd >= 0 && eventEnd <= end && next >= end
    const draft = isWholeLine ? transcriber.draft() : undefined
    const text = draft === undefined ? body.toString('utf8', start, end) : ''
    // JavaScript knows more whitespace than JSON.
    if (draft !== undefined || text.trim() !== '') {
      const read = draft ?? parseItem(text, reception)
      if (read === undefined) return false
      drafts.push(read)
    }
    start = isWholeLine ? next : skipBlanks(body, end)
  }
  return true
}

function readJson(reading: Reading): boolean {
  const { body } = reading
  const start = skipBlanks(body, 0)
  const isBatch = body[start] === OPEN_BRACKET
  let end = isBatch ? skipBlanks(body, start + 1) : start
  for (;;) {
    end = readItem(reading, end)
    if (end < 0) return false
    end = skipBlanks(body, end)
    if (!isBatch) return end === body.length
    if (body[end] === CLOSE_BRACKET) return skipBlanks(body, end + 1) === body.length
    if (body[end] !== COMMA || reading.drafts.length > BATCH_EVENTS_MAX) return false
    end = skipBlanks(body, end + 1)
  }
}

/** Reads the event at `at`; returns the index after it, or -1 when something is wrong. */
function readItem({ body, reception, transcriber, drafts }: Reading, at: number): number {
  if (body[at] !== OPEN_BRACE) return -1
  const end = transcriber.read(at)
  const draft = end < 0 ? undefined : transcriber.draft()
  if (draft !== undefined) {
    drafts.push(draft)
    return end
  }
  const parsedEnd = endOfObject(body, at)
  const parsed =
    parsedEnd < 0 ? undefined : parseItem(body.toString('utf8', at, parsedEnd), reception)
  if (parsed === undefined) return -1
  drafts.push(parsed)
  return parsedEnd
}

/** Parses a single event; undefined when anything is wrong with it. */
function parseItem(text: string, reception: Reception): Draft | undefined {
  let value: unknown
  try {
    value = parseSentJson(text)
  } catch {
    return undefined
  }
  const draft = parseOrUndefined(value, reception)
  if (draft === undefined) return undefined
  const hasDuplicateKey =
    countMemberMarks(Buffer.from(text)) !== countMembers(value) &&
    findDuplicateKey(text) !== undefined
  return hasDuplicateKey ? undefined : draft
}

function parseOrUndefined(value: unknown, reception: Reception): Draft | undefined {
  try {
    return parseNewEvent(value, reception)
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}
