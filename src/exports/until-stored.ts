import { setTimeout as delay } from 'node:timers/promises'
import { pauseMs } from './job-order.ts'

/** Longest pause before a change is tried again, ms. */
const STORE_PAUSE_MS_MAX = 10_000

/**
 * Makes a change of the records, again and again while the store cannot take it. Once the signal
 * aborts it gives up with the store's error.
 */
export async function untilStored(change: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await change()
    } catch (error) {
      if (signal.aborted) throw error
      await delay(pauseMs(failures, STORE_PAUSE_MS_MAX), undefined, { signal }).catch(
        () => undefined,
      )
    }
  }
}
