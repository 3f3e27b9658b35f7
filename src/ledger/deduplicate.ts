import type { Draft } from '../core/draft.ts'
import type { Event } from '../core/event.ts'
import { parseTimestamp } from '../core/timestamp.ts'
import type { DuplicateFilter } from './duplicate-filter.ts'
import type { EventName, EventWriter, NamedLookup } from './event-writer.ts'
import { type Fingerprint, fingerprintOf } from './fingerprint-set.ts'
import { SENDER_CLOCK_AHEAD_MICROS_MAX } from './limits.ts'
import { Settlement } from './settlement.ts'

/** Stores drafts that are known to be new; answers when they are durable. */
export type StoreNew<Answer> = (drafts: readonly Draft[]) => Promise<Answer>

/** What became of a request's drafts. */
export interface Deduplicated<Answer> {
  /** Drafts that were stored before, or twice in this request. */
  readonly duplicates: number
  /** The answer for the new ones; undefined when there were none. */
  readonly answer: Answer | undefined
}

/** What a `Deduplicator` asks whether a name is new. */
export interface DeduplicatorOptions {
  readonly filter: DuplicateFilter
  readonly writer: EventWriter
}

interface NamedDraft {
  readonly draft: Draft
  readonly nameText: string
  readonly fingerprint: Fingerprint
}

/**
 * Recognises events that their senders named (tenant, source, event id) and sent before.
 *
 * A duplicate is answered only when the event it repeats is durable: one that is being stored right
 * now is waited for, and fails with it. Whether a name is new is told by the filter in memory;
 * whenever the filter cannot be sure that it is, the store decides.
 */
export class Deduplicator {
  readonly #options: DeduplicatorOptions
  /** Names of events that are being stored, with the end of that. */
  readonly #storing = new Map<string, Promise<unknown>>()

  constructor(options: DeduplicatorOptions) {
    this.#options = options
  }

  async store<Answer>(
    drafts: readonly Draft[],
    storeNew: StoreNew<Answer>,
  ): Promise<Deduplicated<Answer>> {
    const named: NamedDraft[] = []
    const others = new Set<Promise<unknown>>()
    const isDuplicate = new Set<Draft>()
    const done = new Settlement()
    for (const draft of drafts) {
      if (!draft.deduplicate) continue
      const nameText = nameTextOf(draft.event)
      const storing = this.#storing.get(nameText)
      if (storing === undefined) {
        this.#storing.set(nameText, done.promise)
        named.push({ draft, nameText, fingerprint: fingerprintOf(nameText) })
      } else {
        isDuplicate.add(draft)
        if (storing !== done.promise) others.add(storing)
      }
    }
    try {
      for (const draft of await this.#findStored(named)) isDuplicate.add(draft)
      const fresh =
        isDuplicate.size === 0 ? drafts : drafts.filter((draft) => !isDuplicate.has(draft))
      this.#remember(named, isDuplicate)
      const answer = fresh.length === 0 ? undefined : await storeNew(fresh)
      await Promise.all(others)
      done.resolve()
      return { duplicates: isDuplicate.size, answer }
    } catch (error) {
      done.reject(error)
      throw error
    } finally {
      for (const { nameText } of named) this.#storing.delete(nameText)
    }
  }

  /** Added before the insert: one that fails may have stored its events all the same. */
  #remember(named: readonly NamedDraft[], isDuplicate: ReadonlySet<Draft>): void {
    for (const { draft, fingerprint } of named) {
      if (isDuplicate.has(draft)) continue
      this.#options.filter.add(fingerprint, microsOf(draft.event.received))
    }
  }

  async #findStored(named: readonly NamedDraft[]): Promise<readonly Draft[]> {
    const doubtful = named.filter((candidate) => this.#mayBeStored(candidate))
    if (doubtful.length === 0) return []
    const lookups = doubtful.map(({ draft }) => lookupOf(draft.event))
    const known = await this.#options.writer.findNamed(lookups)
    return doubtful.filter((_, index) => known.has(index)).map(({ draft }) => draft)
  }

  #mayBeStored({ draft, fingerprint }: NamedDraft): boolean {
    const { filter } = this.#options
    if (filter.has(fingerprint)) return true
    const { horizonMicros } = filter
    if (horizonMicros === undefined) return false
    // An event is received after it happened, so one that happened since the horizon was received
    // since then. One that states no time might be a repetition of any other.
    const { event } = draft
    const statesTime = event.time !== event.received
    return !statesTime || microsOf(event.time) < horizonMicros + SENDER_CLOCK_AHEAD_MICROS_MAX
  }
}

/** One text for one name: none of its parts can hold a NUL. */
function nameTextOf(event: Event): string {
  const { kind, name, eventId } = event.source
  return `${event.tenant}\0${kind}\0${name}\0${eventId ?? ''}`
}

/** The same text from the parts that the store keeps. */
export function storedNameText(name: EventName): string {
  return `${name.tenant}\0${name.sourceKind}\0${name.sourceName}\0${name.eventId}`
}

function lookupOf(event: Event): NamedLookup {
  return {
    tenant: event.tenant,
    sourceKind: event.source.kind,
    sourceName: event.source.name,
    eventId: event.source.eventId ?? '',
    timeMicros: microsOf(event.time),
  }
}

/** The text was written by the boundary, so it always reads. */
function microsOf(timestamp: string): number {
  return parseTimestamp(timestamp) ?? 0
}
