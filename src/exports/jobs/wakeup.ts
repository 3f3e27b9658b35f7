import { pauseFor } from '../../core/retry.ts'

/**
 * A wait that ends by a call of `wake`, after a time, or by a signal. A call between waits counts.
 */
export class Wakeup {
  #isDue = false
  #waiting: AbortController | undefined

  wake(): void {
    this.#isDue = true
    this.#waiting?.abort()
  }

  /** Resolves after a number of milliseconds, or earlier by `wake` or when the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isDue) {
      this.#waiting = new AbortController()
      await pauseFor(ms, AbortSignal.any([signal, this.#waiting.signal]))
      this.#waiting = undefined
    }
    this.#isDue = false
  }
}
