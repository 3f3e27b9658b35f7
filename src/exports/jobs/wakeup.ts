import { pauseFor } from '../../core/retry.ts'

/** Something to wait for: a call of `wake`, a time, or the end. A call in between is not lost. */
export class Wakeup {
  #isDue = false
  #waiting: AbortController | undefined

  wake(): void {
    this.#isDue = true
    this.#waiting?.abort()
  }

  /** Resolves after so many milliseconds, or sooner when it is woken or the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isDue) {
      this.#waiting = new AbortController()
      await pauseFor(ms, AbortSignal.any([signal, this.#waiting.signal]))
      this.#waiting = undefined
    }
    this.#isDue = false
  }
}
