import { isUtf8 } from 'node:buffer'
import type { Draft } from './draft.ts'
import { countMemberMarks, countMembers, findDuplicateKey } from './duplicate-keys.ts'
import { Fault, type Problem } from './errors.ts'
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
import { type EventBodyForm, transcribeBody } from './transcribe-body.ts'

export type { EventBodyForm } from './transcribe-body.ts'

/**
 * Reads the events of a request's body, all or none.
 *
 * @returns 1 to `BATCH_EVENTS_MAX` drafts in the order of the body.
 * @throws Fault `request.malformed` when the body is not UTF-8 or not JSON, `request.too-large`
 *   over a limit, `event.invalid` naming index and path of up to `PROBLEMS_NAMED_MAX` problems.
 */
export function parseEventBody(body: Buffer, form: EventBodyForm, reception: Reception): Draft[] {
  if (body.length > BATCH_BYTES_MAX) {
    throw new Fault('request.too-large', { detail: `a body has at most ${BATCH_BYTES_MAX} bytes` })
  }
  if (!isUtf8(body)) throw new Fault('request.malformed', { detail: 'the body is not UTF-8' })
  refuseLargeEvents(body, form)
  return transcribeBody(body, form, reception) ?? parseCarefully(body, form, reception)
}

/** Reads every event as a value: slower, and able to say all that is wrong. */
function parseCarefully(body: Buffer, form: EventBodyForm, reception: Reception): Draft[] {
  const text = body.toString()
  const parsed = form === 'json' ? parseJson(text, undefined) : readLines(text)
  const isBatch = Array.isArray(parsed)
  const items: readonly unknown[] = isBatch ? parsed : [parsed]
  if (items.length === 0) throw new Fault('request.malformed', { detail: 'there is no event' })
  if (items.length > BATCH_EVENTS_MAX) {
    throw new Fault('request.too-large', {
      detail: `a request has at most ${BATCH_EVENTS_MAX} events, this one has ${items.length}`,
    })
  }
  const drafts = parseAll(items, reception, isBatch)
  refuseDuplicateKeys(body, form, items)
  return drafts
}

/** Before the body is parsed, since a single event of this size would be refused only after it. */
function refuseLargeEvents(body: Buffer, form: EventBodyForm): void {
  if (body.length <= SENT_EVENT_BYTES_MAX) return
  const isOver = form === 'json' ? hasItemOver : hasLineOver
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
function readLines(text: string): readonly unknown[] {
  const items: unknown[] = []
  let start = 0
  for (let line = 1; start < text.length; line += 1) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    const content = text.slice(start, end)
    if (content.trim() !== '') items.push(parseJson(content, line))
    start = end + 1
  }
  return items
}

function parseJson(text: string, line: number | undefined): unknown {
  try {
    return parseSentJson(text)
  } catch (error) {
    const where = line === undefined ? '' : `line ${line}: `
    throw new Fault('request.malformed', {
      detail: `${where}${error instanceof Error ? error.message : 'not JSON'}`,
      cause: error,
    })
  }
}

/**
 * The cheap count tells nearly every body without duplicate keys; the rest is read with care.
 */
function refuseDuplicateKeys(body: Buffer, form: EventBodyForm, items: readonly unknown[]): void {
  let members = 0
  for (const item of items) members += countMembers(item)
  if (countMemberMarks(body) === members) return
  const texts = form === 'json' ? [body.toString()] : body.toString().split('\n')
  for (const [index, text] of texts.filter((line) => line.trim() !== '').entries()) {
    const key = findDuplicateKey(text)
    if (key === undefined) continue
    const where = form === 'json' ? {} : { index }
    throw new Fault('event.invalid', {
      problems: [{ ...where, path: '', expected: `each key once; ${JSON.stringify(key)} repeats` }],
      detail: 'nothing was stored',
    })
  }
}
