/** Numbers equal entries of one second, so that each has an id of its own. */
export class Occurrences {
  #second = Number.NEGATIVE_INFINITY
  readonly #counts = new Map<string, number>()

  /**
   * How many entries with this key came before, from 0. Entries come in the order of their seconds,
   * so no more than those of one second are kept.
   */
  next(key: string, second: number): number {
    if (second !== this.#second) this.#counts.clear()
    this.#second = second
    const count = this.#counts.get(key) ?? 0
    this.#counts.set(key, count + 1)
    return count
  }
}
