/** From when on a tag was on what. */
export interface TagPoint {
  /** Microseconds since the epoch. */
  readonly timeMicros: number
  /** What the source calls the event that says so. */
  readonly eventId: string
  /** `''` when the tag was deleted, or when the digest is unknown. */
  readonly digest: string
}

/** What is known of where one tag was, in the order of time. */
export class TagHistory {
  /** Oldest first; of equal times, in the order in which they were recorded. */
  readonly #points: TagPoint[] = []
  readonly #eventIds = new Set<string>()

  /** @param points oldest first. */
  constructor(points: Iterable<TagPoint>) {
    for (const point of points) this.add(point)
  }

  has(eventId: string): boolean {
    return this.#eventIds.has(eventId)
  }

  /** Of equal times, the point counts as the later one. */
  add(point: TagPoint): void {
    const later = this.#points.findLastIndex(({ timeMicros }) => timeMicros <= point.timeMicros) + 1
    this.#points.splice(later, 0, point)
    this.#eventIds.add(point.eventId)
  }

  /** The digest that the tag was on at a time; `''` for none. */
  digestAt(timeMicros: number): string {
    return this.#points.findLast((point) => point.timeMicros <= timeMicros)?.digest ?? ''
  }

  get newest(): TagPoint | undefined {
    return this.#points.at(-1)
  }
}
