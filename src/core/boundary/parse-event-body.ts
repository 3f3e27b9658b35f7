import { isUtf8 } from 'node:buffer'
import { Fault, type Problem } from '../errors.ts'
import type { Draft } from '../event/draft.ts'
import type { Reception } from '../event/new-event.ts'
import { duplicateKey } from '../json/duplicate-keys.ts'
import {
  BATCH_BYTES_MAX,
  BATCH_EVENTS_MAX,
  PROBLEMS_NAMED_MAX,
  SENT_EVENT_BYTES_MAX,
} from '../limits.ts'
import { type BodyItem, itemsOfJson, itemsOfLines } from './body-items.ts'
import { linesOfSequence, withoutMarks } from './body-lines.ts'
import { parseNewEvent } from './parse-event.ts'
import { type ItemScan, scanJson, scanLines } from './transcribe/item-scan.ts'
import { transcribeBody } from './transcribe/transcribe-body.ts'

/**
 * The form of a body: one JSON object or an array of objects, one object on each line, or a JSON
 * text sequence (RFC 7464).
 */
export type EventBodyForm = 'json' | 'ndjson' | 'json-seq'

/**
 * Parses the events of a request body, all or none.
 *
 * @returns 1 to `BATCH_EVENTS_MAX` drafts in the order of the body.
 *
 * @throws Fault `request.too-large` over a limit, before anything is parsed; `request.malformed`
 * when the body is not UTF-8 or not JSON; `event.invalid` with the index and path of up to
 * `PROBLEMS_NAMED_MAX` problems, after which parsing stops.
 */
export function parseEventBody(sent: Buffer, form: EventBodyForm, reception: Reception): Draft[] {
  if (sent.length > BATCH_BYTES_MAX) {
    throw new Fault('request.too-large', {
      detail: `a body can have at most ${BATCH_BYTES_MAX} bytes`,
    })
  }
  // A shorter body cannot exceed a limit: each event takes two bytes and a separator.
  if (sent.length > 2 * BATCH_EVENTS_MAX) watchEventBody(form)(sent)
  if (!isUtf8(sent)) throw new Fault('request.malformed', { detail: 'the body is not UTF-8' })
  const isLines = form !== 'json'
  const body = withoutMarks(form === 'json-seq' ? linesOfSequence(sent) : sent, isLines)
  const drafts = transcribeBody(body, isLines ? 'ndjson' : 'json', reception)
  return drafts ?? parseCarefully(body, form, reception)
}

/**
 * Checks the bytes of a body as they arrive.
 *
 * @returns a function to call with each chunk, which throws `request.too-large` as soon as the
 * number of events or the size of one exceeds its limit.
 */
export function watchEventBody(form: EventBodyForm): (chunk: Buffer) => void {
  const limits = { itemsMax: BATCH_EVENTS_MAX, itemBytesMax: SENT_EVENT_BYTES_MAX }
  const scan: ItemScan = form === 'json' ? scanJson(limits) : scanLines(form, limits)
  return (chunk) => {
    const exceeded = scan.push(chunk)
    if (exceeded !== undefined) {
      throw new Fault('request.too-large', { detail: DETAIL_OF_LIMIT[exceeded] })
    }
  }
}

const DETAIL_OF_LIMIT = {
  items: `a request can have at most ${BATCH_EVENTS_MAX} events`,
  'item-bytes': `an event can have at most ${SENT_EVENT_BYTES_MAX} bytes as it is sent`,
} as const

/** What errors call a line. */
const WORD_OF_LINE = { ndjson: 'line', 'json-seq': 'record' } as const

/** Parses event by event to values, which is slower but yields precise errors. */
function parseCarefully(body: Buffer, form: EventBodyForm, reception: Reception): Draft[] {
  const items = form === 'json' ? itemsOfJson(body) : itemsOfLines(body, WORD_OF_LINE[form])
  const drafts: Draft[] = []
  const problems: Problem[] = []
  for (const item of items) {
    const read = parseItem(item, reception)
    if ('draft' in read) drafts.push(read.draft)
    else problems.push(...read.problems)
    if (problems.length >= PROBLEMS_NAMED_MAX) break
  }
  if (problems.length > 0) throw invalid(problems)
  if (drafts.length === 0)
    throw new Fault('request.malformed', { detail: 'the request contains no events' })
  return drafts
}

type ReadItem = { readonly draft: Draft } | { readonly problems: readonly Problem[] }

function parseItem({ index, text, value }: BodyItem, reception: Reception): ReadItem {
  try {
    const draft = parseNewEvent(value, reception, index)
    const key = duplicateKey(text, value)
    if (key === undefined) return { draft }
    const expected = `each key once; ${JSON.stringify(key)} occurs twice`
    return { problems: [{ ...(index === undefined ? {} : { index }), path: '', expected }] }
  } catch (error) {
    if (error instanceof Fault) return { problems: error.problems }
    throw error
  }
}

function invalid(problems: readonly Problem[]): Fault {
  const named = problems.slice(0, PROBLEMS_NAMED_MAX)
  const detail =
    problems.length < PROBLEMS_NAMED_MAX
      ? 'nothing was stored'
      : `reading stopped after ${problems.length} problems; nothing was stored`
  return new Fault('event.invalid', { problems: named, detail })
}
