import { type ExternalValue, externalValue } from './external-value.ts'

/** Why requests are being repeated, and when the next attempt is made. */
export interface Wait {
  /** Status of the last answer; 0 when there was none. */
  readonly status: number
  readonly untilMs: number
}

const waits = new Map<string, Wait>()
const latest: ExternalValue<Wait | undefined> = externalValue<Wait | undefined>(undefined)

/** The requests that wait for the server; the page shows one notice for all of them. */
export const waiting = {
  begin(path: string, wait: Wait): void {
    waits.set(path, wait)
    latest.set(wait)
  },
  end(path: string): void {
    if (!waits.delete(path)) return
    latest.set([...waits.values()].at(-1))
  },
  latest,
}
