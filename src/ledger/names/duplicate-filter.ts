import { GENERATION_NAMES_MAX, GENERATION_SLOTS, GENERATIONS_MAX } from '../limits.ts'
import { type Fingerprint, FingerprintSet } from './fingerprint-set.ts'

/** Names received in one stretch of time. Only the newest generation still grows. */
export interface Generation {
  readonly names: FingerprintSet
  /** When its first name was received, microseconds since the epoch. */
  readonly startMicros: number
}

/** The sizes of a filter; the defaults are the named limits of the ledger. */
export interface DuplicateFilterOptions {
  readonly namesPerGeneration?: number
  readonly slotsPerGeneration?: number
  readonly generationsMax?: number
}

/**
 * Remembers which names were received, in bounded memory: 16 MiB for each three million.
 *
 * A name that was received since `horizonMicros` is always found; one that is found was very
 * probably received. Who needs to be sure asks the store.
 */
export class DuplicateFilter {
  readonly #options: Required<DuplicateFilterOptions>
  #generations: readonly Generation[]
  #complete: boolean

  /**
   * @param generations what an earlier filter kept, oldest first.
   * @param complete whether they hold every name of the ledger.
   */
  constructor(
    generations: readonly Generation[] = [],
    complete = true,
    options: DuplicateFilterOptions = {},
  ) {
    this.#options = {
      namesPerGeneration: options.namesPerGeneration ?? GENERATION_NAMES_MAX,
      slotsPerGeneration: options.slotsPerGeneration ?? GENERATION_SLOTS,
      generationsMax: options.generationsMax ?? GENERATIONS_MAX,
    }
    this.#generations = generations
    this.#complete = complete
  }

  /** Oldest first. */
  get generations(): readonly Generation[] {
    return this.#generations
  }

  /** Names received before this moment may be forgotten; undefined while none is. */
  get horizonMicros(): number | undefined {
    if (this.#complete) return undefined
    return this.#generations[0]?.startMicros ?? Number.POSITIVE_INFINITY
  }

  has(name: Fingerprint): boolean {
    return this.#generations.some((generation) => generation.names.has(name))
  }

  /** Adds a name that is received at `receivedMicros`. */
  add(name: Fingerprint, receivedMicros: number): void {
    const newest = this.#generations.at(-1)
    if (newest !== undefined && newest.names.count < this.#options.namesPerGeneration) {
      newest.names.add(name)
      return
    }
    const names = new FingerprintSet(this.#options.slotsPerGeneration)
    names.add(name)
    const kept = this.#generations.slice(-(this.#options.generationsMax - 1))
    if (kept.length < this.#generations.length) this.#complete = false
    this.#generations = [...kept, { names, startMicros: receivedMicros }]
  }
}
