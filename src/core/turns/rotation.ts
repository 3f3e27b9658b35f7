interface Entry<Item> {
  /** The round in which the item's next turn is. */
  round: number
  readonly item: Item
}

/** Something that takes turns. */
interface TurnTaker {
  /** Whether it asks for nothing now. */
  readonly isIdle: boolean
}

/**
 * An order of turns by name. Each item has one turn in a round; one that comes in the middle of a
 * round has its turn in it, unless it had one already. So neither those that always ask nor those
 * that come again and again keep another one waiting for longer than a round.
 */
export class Rotation<Item extends TurnTaker> {
  readonly #entries = new Map<string, Entry<Item>>()
  #round = 0

  find(name: string): Item | undefined {
    return this.#entries.get(name)?.item
  }

  /** Makes an item ask for turns, from this round on: those of past rounds are not made up for. */
  enter(name: string, make: () => Item): Item {
    const known = this.#entries.get(name)
    if (known === undefined) {
      const item = make()
      this.#entries.set(name, { round: this.#round, item })
      return item
    }
    known.round = Math.max(known.round, this.#round)
    return known.item
  }

  /** The name of the item whose turn is next, of those that may have one. */
  next(mayHaveTurn: (item: Item) => boolean): string | undefined {
    let next: string | undefined
    let nextRound = Number.POSITIVE_INFINITY
    for (const [name, { round, item }] of this.#entries) {
      if (round >= nextRound || !mayHaveTurn(item)) continue
      next = name
      nextRound = round
    }
    return next
  }

  /** Notes that an item has its turn. */
  take(name: string): void {
    const entry = this.#entries.get(name)
    if (entry === undefined) return
    this.#round = Math.max(this.#round, entry.round)
    entry.round = this.#round + 1
  }

  /** Forgets what is idle, but for items that had their turn in this round. */
  forgetIdle(): void {
    for (const [name, { round, item }] of this.#entries) {
      if (item.isIdle && round <= this.#round) this.#entries.delete(name)
    }
  }
}
