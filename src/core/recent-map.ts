import { dropOldest } from './drop-oldest.ts'

/** A map of bounded size that drops the least recently used entry. */
export class RecentMap<Value> {
  readonly #entries = new Map<string, Value>()
  readonly #entriesMax: number

  /** @param entriesMax most entries, from 1. */
  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  get(key: string): Value | undefined {
    const value = this.#entries.get(key)
    if (value !== undefined) this.set(key, value)
    return value
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    dropOldest(this.#entries, this.#entriesMax)
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  /** Deletes the entries whose key matches. Checks all of them. */
  deleteWhere(matches: (key: string) => boolean): void {
    for (const key of this.#entries.keys()) if (matches(key)) this.#entries.delete(key)
  }
}
