import type { NewEvent } from '../../../core/event/new-event.ts'
import type { GapEvent } from '../../../intake/gap.ts'
import type { ImportRun, ImportTotals } from '../../collecting/importer.ts'
import { sentAddressOf } from '../entries/as-sent.ts'
import { type ImportPosition, writePosition } from './import-position.ts'
import type { RowEvent, RowFate } from './row-event.ts'

/** How often the position is saved, in milliseconds; later rows are read again. */
const POSITION_EVERY_MS = 2000

/** The progress of reading. */
export interface FeedProgress {
  readonly at: string
  readonly share: number | undefined
}

/** Appends rows to the ledger in order, counts them, and saves the position after them. */
export class EventFeed {
  readonly #run: ImportRun
  #savedMs = performance.now()
  #totals: ImportTotals = {
    accepted: 0,
    duplicates: 0,
    keptAsText: 0,
    cut: 0,
    untimed: 0,
    addressesAsSent: 0,
    deadLetters: 0,
    damages: [],
    skipped: 0,
  }

  constructor(run: ImportRun) {
    this.#run = run
  }

  get totals(): ImportTotals {
    return this.#totals
  }

  /** Resolves once all of them are durable. */
  async append(rows: readonly RowEvent[], progress: FeedProgress): Promise<void> {
    this.#run.signal.throwIfAborted()
    await this.#append(rows.map(({ event }) => event))
    const count = (fate: RowFate) => rows.filter((row) => row.fate === fate).length
    this.#totals = {
      ...this.#totals,
      keptAsText: this.#totals.keptAsText + count('as-text'),
      cut: this.#totals.cut + count('cut'),
      untimed: this.#totals.untimed + count('untimed'),
      addressesAsSent: this.#totals.addressesAsSent + rows.filter(hasNoAddress).length,
      deadLetters: this.#totals.deadLetters + count('dead-letter'),
    }
    this.report(progress)
  }

  /** Stores the event for a file that could not be read completely. */
  async appendDamage(gap: GapEvent, at: string): Promise<void> {
    await this.#append([gap])
    this.#totals = { ...this.#totals, damages: [...this.#totals.damages, gap.message] }
    this.report({ at, share: undefined })
  }

  async #append(events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return
    const { accepted, duplicates } = await this.#run.sink.append(events)
    const totals = this.#totals
    this.#totals = {
      ...totals,
      accepted: totals.accepted + accepted,
      duplicates: totals.duplicates + duplicates,
    }
  }

  /** Counts rows that are not stored. */
  skip(count: number): void {
    this.#totals = { ...this.#totals, skipped: this.#totals.skipped + count }
  }

  report({ at, share }: FeedProgress): void {
    const { accepted, duplicates } = this.#totals
    this.#run.report({ accepted, duplicates, at, share })
  }

  /** Saves a position whose rows were appended, unless one was saved just before. */
  async reached(position: ImportPosition): Promise<void> {
    if (performance.now() - this.#savedMs < POSITION_EVERY_MS) return
    await this.save(position)
  }

  /** Saves a position whose rows were appended. */
  async save(position: ImportPosition): Promise<void> {
    await this.#run.sink.savePosition(writePosition(position))
    this.#savedMs = performance.now()
  }
}

/** Whether the row has something other than an address in its place. */
function hasNoAddress({ event }: RowEvent): boolean {
  const sent = sentAddressOf(event)
  return sent !== undefined && sent !== '' && event.client?.ip === undefined
}
