/** A point in a tag's history. */
export interface TagPoint {
  /** Microseconds since the epoch. */
  readonly timeMicros: number
  /** The source's id of the event. */
  readonly eventId: string
  /** `''` when the tag was deleted, or when the digest is unknown. */
  readonly digest: string
}

/** The known history of one tag, in time order. */
export class TagHistory {
  /** Oldest first; points of equal time in the order of recording. */
  readonly #points: TagPoint[] = []
  readonly #eventIds = new Set<string>()

  /** @param points oldest first. */
  constructor(points: Iterable<TagPoint>) {
    for (const point of points) this.add(point)
  }

  has(eventId: string): boolean {
    return this.#eventIds.has(eventId)
  }

  /** Adds a point; among points of equal time it counts as the latest. */
  add(point: TagPoint): void {
    const later = this.#points.findLastIndex(({ timeMicros }) => timeMicros <= point.timeMicros) + 1
    this.#points.splice(later, 0, point)
    this.#eventIds.add(point.eventId)
  }

  /** The digest of the tag at a time; `''` for none. */
  digestAt(timeMicros: number): string {
    return this.#points.findLast((point) => point.timeMicros <= timeMicros)?.digest ?? ''
  }

  get newest(): TagPoint | undefined {
    return this.#points.at(-1)
  }
}
