import type { ClickHouseConnection } from '../connection/connection.ts'
import { type ShapeValues, shapeValues } from './shape-values.ts'

/** Shapes that are remembered; with more, the engine evaluates the conditions on them. */
const SHAPES_MAX = 1000

/**
 * A shape and its values, which are parsed once because every filter is compared with all shapes.
 */
export interface KnownShape {
  readonly shape: string
  readonly values: ShapeValues
}

/**
 * The shapes of all events (`PACKED_COLUMNS`), usually a handful. A condition that no shape meets
 * need not be searched, and the remaining conditions become simpler.
 *
 * They are those found at first and those noted since, so they are known only if no other process
 * writes.
 */
export class KnownShapes {
  readonly #connection: ClickHouseConnection
  /** By their bytes, one character each. */
  readonly #shapes = new Map<string, KnownShape>()
  #hasLooked = false

  constructor(connection: ClickHouseConnection) {
    this.#connection = connection
  }

  /** Notes the shape of an event that is about to be written. */
  note(bytes: Buffer, start: number, end: number): void {
    if (this.#shapes.size > SHAPES_MAX) return
    const key = bytes.toString('latin1', start, end)
    if (this.#shapes.has(key)) return
    const shape = bytes.toString('utf8', start, end)
    this.#shapes.set(key, { shape, values: shapeValues(shape) })
  }

  /** All existing shapes; undefined when others write too, or when there are too many. */
  async all(): Promise<Iterable<KnownShape> | undefined> {
    if (!this.#connection.isExclusive) return undefined
    if (!this.#hasLooked) await this.#look()
    return this.#shapes.size > SHAPES_MAX ? undefined : this.#shapes.values()
  }

  async #look(): Promise<void> {
    const rows = await this.#connection.rows<[string]>({
      sql: `SELECT shape FROM events GROUP BY shape LIMIT ${SHAPES_MAX + 1}`,
    })
    for (const [shape] of rows) {
      const bytes = Buffer.from(shape)
      this.note(bytes, 0, bytes.length)
    }
    this.#hasLooked = true
  }
}
