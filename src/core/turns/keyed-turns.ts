/**
 * Runs tasks with common keys one at a time, in the order of the calls. Tasks without a common key
 * run concurrently.
 */
export class KeyedTurns {
  /** Resolves when the latest task for the key has ended, successfully or not. */
  readonly #ends = new Map<string, Promise<void>>()

  /** Runs `work` once all earlier tasks for any of the keys have ended. Rejects as `work` does. */
  async run<Result>(keys: readonly string[], work: () => Promise<Result>): Promise<Result> {
    // All keys are taken at once, so that two calls never wait for each other.
    const result = Promise.all(keys.map((key) => this.#ends.get(key))).then(work)
    const end = result.then(
      () => undefined,
      () => undefined,
    )
    for (const key of keys) this.#ends.set(key, end)
    try {
      return await result
    } finally {
      for (const key of keys) if (this.#ends.get(key) === end) this.#ends.delete(key)
    }
  }
}
