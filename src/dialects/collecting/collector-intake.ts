import type { NewEvent } from '../../core/event/new-event.ts'
import type { GapEvent } from '../../intake/gap.ts'
import type { CollectorRun } from './collector.ts'

/** Events that are appended together: few enough for one request, and for progress to be seen. */
const APPEND_EVENTS_MAX = 1000

/** Takes the events of one run to its sink, in order, and reports how far the run is. */
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
   * Says that entries could not be had, and keeps their event. `missing` is their number, 0:
   * unknown.
   */
  async storeGap(event: GapEvent, missing: number, at: string): Promise<void> {
    this.#run.trouble(event.message)
    const before = this.#totals.duplicates
    await this.store([event], at)
    // A gap that was found before, by a run that was interrupted, was counted then.
    if (this.#totals.duplicates > before) return
    const totals = this.#totals
    this.#totals = { ...totals, missing: totals.missing + missing, gaps: totals.gaps + 1 }
    this.#run.report({ ...this.#totals, at })
  }
}
