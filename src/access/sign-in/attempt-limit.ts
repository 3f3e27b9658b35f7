/** How often something may be tried, counted by key. */
export interface AttemptLimitOptions {
  /** Attempts that may follow each other at once. */
  readonly burst: number
  /** After that: one more each of these. */
  readonly intervalMs: number
  /** Most keys remembered; of more, those that were tried longest ago are forgotten. */
  readonly keysMax: number
}

/**
 * Attempts by key, in constant space for each key: the generic cell rate algorithm of ITU-T I.371.
 * What is kept of a key is the moment at which its whole burst is there again.
 */
export class AttemptLimit {
  readonly #options: AttemptLimitOptions
  readonly #fullAtMs = new Map<string, number>()

  constructor(options: AttemptLimitOptions) {
    this.#options = options
  }

  /** How long a next attempt has to wait, in milliseconds; 0: it may be made now. */
  waitMs(key: string, nowMs: number): number {
    const { burst, intervalMs } = this.#options
    const fullAtMs = this.#fullAtMs.get(key) ?? nowMs
    return Math.max(0, fullAtMs - (burst - 1) * intervalMs - nowMs)
  }

  /** Counts an attempt, also one for which `waitMs` is not 0. */
  count(key: string, nowMs: number): void {
    const fullAtMs = Math.max(this.#fullAtMs.get(key) ?? nowMs, nowMs) + this.#options.intervalMs
    // Set anew, so that the order of the map is that of the last attempts.
    this.#fullAtMs.delete(key)
    this.#makeRoom(nowMs)
    this.#fullAtMs.set(key, fullAtMs)
  }

  /** Counts an attempt that may be made now; whether it may. */
  admits(key: string, nowMs: number): boolean {
    const isAdmitted = this.waitMs(key, nowMs) === 0
    if (isAdmitted) this.count(key, nowMs)
    return isAdmitted
  }

  /** Takes a counted attempt back. */
  uncount(key: string): void {
    const fullAtMs = this.#fullAtMs.get(key)
    if (fullAtMs !== undefined) this.#fullAtMs.set(key, fullAtMs - this.#options.intervalMs)
  }

  /** Forgets every attempt of a key. */
  forget(key: string): void {
    this.#fullAtMs.delete(key)
  }

  /** Forgets what has run out, and at least one key. */
  #makeRoom(nowMs: number): void {
    if (this.#fullAtMs.size < this.#options.keysMax) return
    for (const [key, fullAtMs] of this.#fullAtMs) {
      if (this.#fullAtMs.size < this.#options.keysMax && fullAtMs > nowMs) return
      this.#fullAtMs.delete(key)
    }
  }
}
