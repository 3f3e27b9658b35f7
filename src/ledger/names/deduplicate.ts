import type { Draft } from '../../core/event/draft.ts'
import { FIELD_NUMBER } from '../../core/event/field-keys.ts'
import { Settlement } from '../append/settlement.ts'
import type { EventWriter, NamedLookup } from '../event-writer.ts'
import { SENDER_CLOCK_AHEAD_MICROS_MAX } from '../limits.ts'
import type { AcceptedNames } from './accepted-names.ts'
import { DraftNames, namedFingerprint } from './draft-names.ts'
import type { DuplicateFilter } from './duplicate-filter.ts'
import type { Fingerprint } from './fingerprint-set.ts'

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
  readonly accepted: AcceptedNames
  readonly writer: EventWriter
  /** Resolves when the first `size` events are durable where senders rely on it. */
  readonly whenDurable: (size: number) => Promise<void>
}

/** A named draft that is being stored. */
interface Storing {
  readonly draft: Draft
  readonly fingerprint: Fingerprint
  /** Settled when it is durable, or could not be stored. */
  readonly done: Settlement
}

/**
 * Recognizes events that their senders named (tenant, source, event id) and sent before.
 *
 * A duplicate is answered only when the event it repeats is durable: one that is being stored right
 * now is waited for, and fails with it. Names that the store may lack are known here; whether any
 * other is new is told by the filter in memory, and when that cannot be sure, by the store.
 */
export class Deduplicator {
  readonly #options: DeduplicatorOptions
  readonly #storing = new DraftNames<Storing>()

  constructor(options: DeduplicatorOptions) {
    this.#options = options
  }

  async store<Answer>(
    drafts: readonly Draft[],
    storeNew: StoreNew<Answer>,
  ): Promise<Deduplicated<Answer>> {
    const named: Storing[] = []
    const others = new Set<Promise<unknown>>()
    const isDuplicate = new Set<Draft>()
    const done = new Settlement()
    for (const draft of drafts) {
      if (!draft.deduplicate) continue
      const candidate = { draft, fingerprint: namedFingerprint(draft), done }
      const storing = this.#storing.addOrFind(candidate)
      if (storing === undefined) named.push(candidate)
      else {
        isDuplicate.add(draft)
        if (storing.done !== done) others.add(storing.done.promise)
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
      for (const storing of named) this.#storing.remove(storing)
    }
  }

  /** Added before the insert: one that fails may have stored its events all the same. */
  #remember(named: readonly Storing[], isDuplicate: ReadonlySet<Draft>): void {
    for (const { draft, fingerprint } of named) {
      if (isDuplicate.has(draft)) continue
      this.#options.filter.add(fingerprint, draft.receivedMicros)
    }
  }

  async #findStored(named: readonly Storing[]): Promise<readonly Draft[]> {
    const accepted = await this.#findAccepted(named)
    const doubtful = named.filter(
      (candidate) => !accepted.has(candidate.draft) && this.#mayBeStored(candidate),
    )
    if (doubtful.length === 0) return [...accepted]
    const lookups = doubtful.map(({ draft }) => lookupOf(draft))
    const known = await this.#options.writer.findNamed(lookups)
    const stored = doubtful.filter((_, index) => known.has(index)).map(({ draft }) => draft)
    return [...accepted, ...stored]
  }

  /** What the journal has and the store may lack: known without the store, which may be down. */
  async #findAccepted(named: readonly Storing[]): Promise<ReadonlySet<Draft>> {
    const { accepted, whenDurable } = this.#options
    const found = new Set<Draft>()
    let size = 0
    for (const candidate of named) {
      if (!accepted.mayHave(candidate)) continue
      const seq = await accepted.findEvent(candidate)
      if (seq === undefined) continue
      found.add(candidate.draft)
      size = Math.max(size, seq + 1)
    }
    await whenDurable(size)
    return found
  }

  #mayBeStored({ draft, fingerprint }: Storing): boolean {
    const { filter } = this.#options
    if (filter.has(fingerprint)) return true
    const { horizonMicros } = filter
    if (horizonMicros === undefined) return false
    // An event is received after it happened, so one that happened since the horizon was received
    // since then. One that states no time might be a repetition of any other.
    const { timeMicros, receivedMicros } = draft
    const statesTime = timeMicros !== receivedMicros
    return !statesTime || timeMicros < horizonMicros + SENDER_CLOCK_AHEAD_MICROS_MAX
  }
}

function lookupOf(draft: Draft): NamedLookup {
  return {
    tenant: draft.text(FIELD_NUMBER['/tenant']),
    sourceKind: draft.text(FIELD_NUMBER['/source/kind']),
    sourceName: draft.text(FIELD_NUMBER['/source/name']),
    eventId: draft.text(FIELD_NUMBER['/source/eventId']),
    timeMicros: draft.timeMicros,
  }
}
