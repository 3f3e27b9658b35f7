import { join } from 'node:path'
import type { Settings } from '../../config/settings.ts'
import { KeptTimeStamps } from '../../ledger/time-stamp/kept-time-stamps.ts'

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
  readonly kept: KeptTimeStamps
  readonly url: string
  readonly everyMinutes: number
  #state: TimeStampState = { failures: 0, problem: undefined, time: '' }

  constructor(url: string, everyMinutes: number, kept: KeptTimeStamps) {
    this.url = url
    this.everyMinutes = everyMinutes
    this.kept = kept
  }

  state(): TimeStampState {
    return this.#state
  }

  succeeded(time: string): void {
    this.#state = { failures: 0, problem: undefined, time }
  }

  failed(problem: string): void {
    this.#state = { ...this.#state, failures: this.#state.failures + 1, problem }
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
