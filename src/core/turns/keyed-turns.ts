/**
 * Runs work that concerns the same keys one after the other, in the order of the calls. Work
 * without a key in common runs at the same time.
 */
export class KeyedTurns {
  /** Resolves when the latest work on the key has ended, however it ended. */
  readonly #ends = new Map<string, Promise<void>>()

  /** Runs `work` once all earlier work on any of the keys has ended. Rejects as `work` does. */
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
