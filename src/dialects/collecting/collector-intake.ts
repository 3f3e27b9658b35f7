import type { NewEvent } from '../../core/event/new-event.ts'
import type { GapEvent } from '../../intake/gap.ts'
import type { CollectorRun } from './collector.ts'

/** Events appended together: few enough for one request, and to show progress. */
const APPEND_EVENTS_MAX = 1000

/** Passes the events of one run to its sink, in order, and reports the progress. */
export class CollectorIntake {
  readonly #run: CollectorRun
  #totals = { accepted: 0, duplicates: 0, missing: 0, gaps: 0 }

  constructor(run: CollectorRun) {
    this.#run = run
  }

  /** @param at what was read, for people. */
  async store(events: readonly NewEvent[], at: string): Promise<void> {
    for (let start = 0; start < events.length; start += APPEND_EVENTS_MAX) {
      this.#run.signal.throwIfAborted()
      const part = events.slice(start, start + APPEND_EVENTS_MAX)
      const { accepted, duplicates } = await this.#run.sink.append(part)
      this.#totals = {
        ...this.#totals,
        accepted: this.#totals.accepted + accepted,
        duplicates: this.#totals.duplicates + duplicates,
      }
      this.#run.report({ ...this.#totals, at })
    }
  }

  /**
   * Reports that entries could not be read, and stores the event for them. `missing` is their
   * number; 0 means unknown.
   */
  async storeGap(event: GapEvent, missing: number, at: string): Promise<void> {
    this.#run.trouble(event.message)
    const before = this.#totals.duplicates
    await this.store([event], at)
    // A gap that an earlier, interrupted run found was counted then.
    if (this.#totals.duplicates > before) return
    const totals = this.#totals
    this.#totals = { ...totals, missing: totals.missing + missing, gaps: totals.gaps + 1 }
    this.#run.report({ ...this.#totals, at })
  }
}
