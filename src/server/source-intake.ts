import type { Draft } from '../core/draft.ts'
import { Fault } from '../core/errors.ts'
import { BATCH_EVENTS_MAX } from '../core/limits.ts'
import type { Reception } from '../core/new-event.ts'
import { parseReportedEvent } from '../core/parse-reported-event.ts'
import type { Append } from '../ledger/append.ts'
import { redactTranslation } from '../sources/redacted-translation.ts'
import type { Translation } from '../sources/source.ts'
import { deadLetterEvent, refusedEvent } from './dead-letter.ts'
import { inTurns } from './in-turns.ts'
import type { Metrics } from './metrics.ts'

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
  services: { readonly append: Append; readonly metrics: Metrics },
): Promise<Intake> {
  const { metrics } = services
  const { drafts, deadLetters } = await readAll(redactTranslation(translation), reception)
  const answer = await appendAll(services.append, drafts)
  const { kind } = reception.source
  let skipped = 0
  for (const [reason, count] of Object.entries(translation.skipped)) {
    metrics.skipped(kind, reason, count)
    skipped += count
  }
  if (deadLetters > 0) metrics.deadLetters(kind, deadLetters)
  return { ...answer, deadLetters, skipped }
}

interface ReadTranslation {
  readonly drafts: readonly Draft[]
  readonly deadLetters: number
}

async function readAll(translation: Translation, reception: Reception): Promise<ReadTranslation> {
  const drafts: Draft[] = []
  const deadLetters = [...translation.deadLetters]
  for await (const event of inTurns(translation.events)) {
    try {
      drafts.push(parseReportedEvent(event, reception))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      deadLetters.push(refusedEvent(event, error))
    }
  }
  for await (const letter of inTurns(deadLetters)) {
    drafts.push(parseReportedEvent(deadLetterEvent(letter), reception))
  }
  return { drafts, deadLetters: deadLetters.length }
}

/** Half of what an append takes: each event may imply another one, which is stored with it. */
const APPEND_EVENTS_MAX = BATCH_EVENTS_MAX / 2

/** A delivery over the limit of one append is split; its retry is recognised event by event. */
async function appendAll(append: Append, drafts: readonly Draft[]) {
  let accepted = 0
  let duplicates = 0
  for (let start = 0; start < drafts.length; start += APPEND_EVENTS_MAX) {
    const part = drafts.slice(start, start + APPEND_EVENTS_MAX)
    const result = await append({ drafts: part })
    accepted += result.accepted
    duplicates += result.duplicates
  }
  return { accepted, duplicates }
}
