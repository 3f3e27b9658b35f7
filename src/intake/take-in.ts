import { setImmediate } from 'node:timers/promises'
import { parseReportedEvent } from '../core/boundary/parse-reported-event.ts'
import type { Draft } from '../core/event/draft.ts'
import type { NewEvent, Reception } from '../core/event/new-event.ts'
import { BATCH_EVENTS_MAX } from '../core/limits.ts'
import type { Append } from '../ledger/append/append.ts'
import { redactTranslation } from '../sources/bodies/redacted-translation.ts'
import type { Translation } from '../sources/source.ts'
import { deadLetterEvent, readOrRefused } from './dead-letter.ts'

/** Events that are parsed in one go; requests are answered in between. */
const EVENTS_READ_AT_ONCE = 100
/** Half the limit of an append: each event may imply another one, which is stored with it. */
const APPEND_EVENTS_MAX = BATCH_EVENTS_MAX / 2

/** Counts skipped events and dead letters, by kind of source. */
export interface IntakeMetrics {
  skipped(kind: string, reason: string, count: number): void
  deadLetters(kind: string, count: number): void
}

/** How many events of a translation were stored. */
export interface Intake {
  readonly accepted: number
  readonly duplicates: number
  readonly deadLetters: number
  readonly skipped: number
}

/**
 * Stores a translation and counts it; durable once it resolves. An invalid event is stored as a
 * dead letter. Rejects as `Append` does.
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

/** The events of a translation to store, dead letters included, without the secrets in them. */
export function* eventsOf(translation: Translation): Generator<NewEvent> {
  yield* redactTranslation(translation).events
  for (const letter of translation.deadLetters) yield deadLetterEvent(letter)
}

/** Counts skipped items and dead letters. Returns how many were skipped. */
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
 * Stores the events that a source or a collector reports. Invalid ones are stored as dead letters,
 * which `refused` counts. A batch over the limit of one append is split, and each event of a retry
 * is recognized. Rejects as `Append` does.
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

/** Yields to other requests at intervals, since a delivery may hold thousands of events. */
export async function* inTurns<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  let read = 0
  for (const item of items) {
    if (read > 0 && read % EVENTS_READ_AT_ONCE === 0) await setImmediate()
    yield item
    read += 1
  }
}
