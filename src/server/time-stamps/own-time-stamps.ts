import { join } from 'node:path'
import type { Settings } from '../../config/settings.ts'
import { type KeptTimeStamp, KeptTimeStamps } from '../../ledger/time-stamp/kept-time-stamps.ts'

/** How stamping went since the start. */
export interface TimeStampState {
  /** Failures since the last success. */
  readonly failures: number
  /** Why the last attempt failed; undefined after a success. */
  readonly problem: string | undefined
  /** The time of the last stamp, RFC 3339; empty for none. */
  readonly time: string
}

/** The time stamps of an instance, and the authority that makes them. */
export class OwnTimeStamps {
  readonly url: string
  readonly everyMinutes: number
  readonly #kept: KeptTimeStamps
  #last: KeptTimeStamp | undefined
  #isRead = false
  #failures = 0
  #problem: string | undefined

  constructor(url: string, everyMinutes: number, kept: KeptTimeStamps) {
    this.url = url
    this.everyMinutes = everyMinutes
    this.#kept = kept
  }

  state(): TimeStampState {
    return { failures: this.#failures, problem: this.#problem, time: this.#last?.time ?? '' }
  }

  /** The latest time stamp; undefined without one. Reads the files only once. */
  async last(): Promise<KeptTimeStamp | undefined> {
    if (!this.#isRead) [this.#last] = await this.#kept.latest(1)
    this.#isRead = true
    return this.#last
  }

  /** Resolves once it is on disk. */
  async keep(stamp: KeptTimeStamp): Promise<void> {
    await this.#kept.add(stamp)
    this.#last = stamp
    this.#failures = 0
    this.#problem = undefined
  }

  failed(problem: string): void {
    this.#failures += 1
    this.#problem = problem
  }
}

/** The time stamps that the ledger of a data directory has. */
export function keptTimeStamps({ data }: Pick<Settings, 'data'>): KeptTimeStamps {
  return new KeptTimeStamps(join(data, 'ledger', 'time-stamps'))
}

/** Undefined when the settings name no authority. */
export function openTimeStamps(
  settings: Pick<Settings, 'data' | 'ledger'>,
): OwnTimeStamps | undefined {
  const { timeStampUrl, timeStampMinutes } = settings.ledger
  if (timeStampUrl === undefined) return undefined
  return new OwnTimeStamps(timeStampUrl, timeStampMinutes, keptTimeStamps(settings))
}
