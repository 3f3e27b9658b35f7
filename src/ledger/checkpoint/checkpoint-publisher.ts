import type { TreeHead } from '../event-writer.ts'
import { CHECKPOINT_INTERVAL_MS, CHECKPOINT_RETRY_MS } from '../limits.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import type { SigningKeys } from './signing-keys.ts'

/** What checkpoints are made of, and where they go. */
export interface CheckpointPublisherOptions {
  readonly keys: SigningKeys
  /** The greatest size that the store has on disk, and its root. */
  readonly head: () => TreeHead
  /** The checkpoint that was signed last, if any was. */
  readonly last: Checkpoint | undefined
  /** Keeps a checkpoint on disk; resolves once a crash does not take it away. */
  readonly save: (text: string) => Promise<void>
  readonly onTrouble: (error: unknown) => void
  /** Time from one checkpoint to the next while no caller waits for it, in milliseconds. */
  readonly intervalMs: number
}

interface Waiter {
  readonly size: number
  readonly wake: () => void
}

/**
 * Signs the ledger as it grows: once an interval, and earlier, but once a second at most, when
 * a caller waits for a checkpoint. A checkpoint is over what the store has on
 * disk, and is on disk itself before it is published: no reader meets one that a crash takes back.
 */
export class CheckpointPublisher {
  readonly #options: CheckpointPublisherOptions
  readonly #waiters = new Set<Waiter>()
  #keys: SigningKeys
  #latest: Checkpoint | undefined
  #signing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  /** When the last attempt was made, by `performance.now()`. */
  #triedMs = Number.NEGATIVE_INFINITY
  #isFailing = false
  #isClosed = false

  constructor(options: CheckpointPublisherOptions) {
    this.#options = options
    this.#keys = options.keys
    this.#latest = options.last
    this.grown()
  }

  /** The latest published checkpoint; undefined before the first. */
  get latest(): Checkpoint | undefined {
    return this.#latest
  }

  get keys(): SigningKeys {
    return this.#keys
  }

  /** Whether the last checkpoint could not be kept. */
  get isFailing(): boolean {
    return this.#isFailing
  }

  /** To be called when the store has more events. */
  grown(): void {
    if (this.#isClosed || this.#signing !== undefined || this.#timer !== undefined) return
    if (!this.#isBehind()) return
    const waitMs = Math.max(0, this.#triedMs + this.#pauseMs() - performance.now())
    this.#timer = setTimeout(() => this.#start(), waitMs).unref()
  }

  /** Resolves with a checkpoint over more than `seq` leaves, or undefined after so long. */
  async covering(seq: number, waitMs: number): Promise<Checkpoint | undefined> {
    const isThere = () => (this.#latest?.size ?? 0) > seq
    if (!isThere() && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        const waiter = { size: seq + 1, wake: () => end() }
        const timer = setTimeout(() => end(), waitMs)
        const end = () => {
          clearTimeout(timer)
          this.#waiters.delete(waiter)
          resolve()
        }
        this.#waiters.add(waiter)
        this.#reschedule()
      })
    }
    return isThere() ? this.#latest : undefined
  }

  /** Signs with other keys from now on, the present size too. */
  async changeKeys(keys: SigningKeys): Promise<void> {
    this.#keys = keys
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#signing
    this.#start()
    await this.#signing
  }

  /** Signs what is not signed yet, unless that fails. The ledger is closed by then. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#signing
    if (this.#isBehind()) await this.#sign()
    for (const { wake } of this.#waiters) wake()
  }

  /** Since the last attempt. */
  #pauseMs(): number {
    if (this.#isFailing) return CHECKPOINT_RETRY_MS
    return this.#waiters.size > 0 ? CHECKPOINT_INTERVAL_MS : this.#options.intervalMs
  }

  #reschedule(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.grown()
  }

  #isBehind(): boolean {
    return this.#latest === undefined || this.#latest.size < this.#options.head().size
  }

  #start(): void {
    this.#timer = undefined
    this.#signing = this.#sign().finally(() => {
      this.#signing = undefined
      this.grown()
    })
  }

  async #sign(): Promise<void> {
    const { save, head, onTrouble } = this.#options
    this.#triedMs = performance.now()
    try {
      const text = this.#keys.sign(head())
      await save(text)
      this.#latest = parseCheckpoint(text)
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) onTrouble(error)
      this.#isFailing = true
      return
    }
    for (const { size, wake } of this.#waiters) if (size <= this.#latest.size) wake()
  }
}
