import { setImmediate } from 'node:timers/promises'
import { parseReportedEvent } from '../core/boundary/parse-reported-event.ts'
import type { Draft } from '../core/event/draft.ts'
import type { NewEvent, Reception } from '../core/event/new-event.ts'
import { BATCH_EVENTS_MAX } from '../core/limits.ts'
import type { Append } from '../ledger/append/append.ts'
import { redactTranslation } from '../sources/bodies/redacted-translation.ts'
import type { Translation } from '../sources/source.ts'
import { deadLetterEvent, readOrRefused } from './dead-letter.ts'

/** Events that are read in one go; in between, requests are answered. */
const EVENTS_READ_AT_ONCE = 100
/** Half of what an append takes: each event may imply another one, which is stored with it. */
const APPEND_EVENTS_MAX = BATCH_EVENTS_MAX / 2

/** Counts what sources left out and what could not be read, by kind of source. */
export interface IntakeMetrics {
  skipped(kind: string, reason: string, count: number): void
  deadLetters(kind: string, count: number): void
}

/** What became of what a source translated. */
export interface Intake {
  readonly accepted: number
  readonly duplicates: number
  readonly deadLetters: number
  readonly skipped: number
}

/**
 * Stores what a source made of what it was sent or read, and counts it; durable once it resolves.
 * An event that is not valid is kept as a dead letter. Rejects as `Append` does.
 */
export async function takeIn(
  translation: Translation,
  reception: Reception,
  { append, metrics }: { readonly append: Append; readonly metrics: IntakeMetrics },
): Promise<Intake> {
  const { accepted, duplicates, refused } = await appendReported(
    eventsOf(translation),
    reception,
    append,
  )
  const deadLetters = translation.deadLetters.length + refused
  const skipped = count(translation, { kind: reception.source.kind, deadLetters, metrics })
  return { accepted, duplicates, deadLetters, skipped }
}

/** What a translation is stored as: its events and dead letters, without the secrets in them. */
export function* eventsOf(translation: Translation): Generator<NewEvent> {
  yield* redactTranslation(translation).events
  for (const letter of translation.deadLetters) yield deadLetterEvent(letter)
}

/** Counts what a source left out or could not read. Answers how much it left out. */
export function count(
  { skipped }: Translation,
  to: { readonly kind: string; readonly deadLetters: number; readonly metrics: IntakeMetrics },
): number {
  const { kind, deadLetters, metrics } = to
  if (deadLetters > 0) metrics.deadLetters(kind, deadLetters)
  for (const [reason, items] of Object.entries(skipped)) metrics.skipped(kind, reason, items)
  return Object.values(skipped).reduce((sum, items) => sum + items, 0)
}

/**
 * Stores events that a source or a collector reports; those that are not valid as dead letters,
 * which `refused` counts. What is over the limit of one append is split, and a retry of it is
 * recognised event by event. Rejects as `Append` does.
 */
export async function appendReported(
  events: Iterable<NewEvent>,
  reception: Reception,
  append: Append,
): Promise<{ readonly accepted: number; readonly duplicates: number; readonly refused: number }> {
  const drafts: Draft[] = []
  let refused = 0
  for await (const event of inTurns(events)) {
    const { read, isRefused } = readOrRefused(event, (one) => parseReportedEvent(one, reception))
    drafts.push(read)
    if (isRefused) refused += 1
  }
  let accepted = 0
  let duplicates = 0
  for (let start = 0; start < drafts.length; start += APPEND_EVENTS_MAX) {
    const result = await append({ drafts: drafts.slice(start, start + APPEND_EVENTS_MAX) })
    accepted += result.accepted
    duplicates += result.duplicates
  }
  return { accepted, duplicates, refused }
}

/** A delivery may hold thousands of events: other requests are answered in between. */
export async function* inTurns<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  let read = 0
  for (const item of items) {
    if (read > 0 && read % EVENTS_READ_AT_ONCE === 0) await setImmediate()
    yield item
    read += 1
  }
}
