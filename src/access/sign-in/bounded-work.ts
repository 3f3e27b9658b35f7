/** How much work is done at once, and how much may wait. */
export interface WorkBounds {
  readonly runningMax: number
  readonly waitingMax: number
}

/** Work of which only so much is done at once; the rest waits in order. */
export class BoundedWork {
  readonly #bounds: WorkBounds
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(bounds: WorkBounds) {
    this.#bounds = bounds
  }

  /** Whether a further piece of work would be refused. */
  get isFull(): boolean {
    return this.#waiting.length >= this.#bounds.waitingMax
  }

  /** Does a piece of work once there is room for it. Call it only when it is not `isFull`. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#bounds.runningMax) {
      // The place of the work that ended goes to the next one directly: no later work can take it.
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else this.#running += 1
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running -= 1
      else next()
    }
  }
}
