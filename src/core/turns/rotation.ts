interface Entry<Item> {
  /** The round of the item's next turn. */
  round: number
  readonly item: Item
}

/** Something that takes turns. */
interface TurnTaker {
  /** Whether it needs no turn now. */
  readonly isIdle: boolean
}

/**
 * An order of turns by name. Each item has one turn in a round; an item that joins during a round
 * gets a turn in it, unless it had one already. So items that always wait for a turn, or join
 * repeatedly, cannot delay another one for longer than a round.
 */
export class Rotation<Item extends TurnTaker> {
  readonly #entries = new Map<string, Entry<Item>>()
  #round = 0

  find(name: string): Item | undefined {
    return this.#entries.get(name)?.item
  }

  /** Makes an item take turns from this round on; past rounds are not made up for. */
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

  /** The name of the next item, among those that may have a turn. */
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

  /** Forgets idle items, except those that had their turn in this round. */
  forgetIdle(): void {
    for (const [name, { round, item }] of this.#entries) {
      if (item.isIdle && round <= this.#round) this.#entries.delete(name)
    }
  }
}
