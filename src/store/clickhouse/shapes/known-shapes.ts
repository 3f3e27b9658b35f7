import type { ClickHouseConnection } from '../connection/connection.ts'
import { type ShapeValues, shapeValues } from './shape-values.ts'

/** Shapes that are kept; where there are more, conditions on them are left to the engine. */
const SHAPES_MAX = 1000

/** A shape, and what it tells: read once, since every filter is held against all of them. */
export interface KnownShape {
  readonly shape: string
  readonly values: ShapeValues
}

/**
 * The shapes of all events (`PACKED_COLUMNS`), of which there are a handful: what no shape allows
 * need not be looked for, and what is left to ask of the others is simpler.
 *
 * They are those that were there at first and those noted since, so they are known only where
 * nobody else writes.
 */
export class KnownShapes {
  readonly #connection: ClickHouseConnection
  /** By their bytes, one character each. */
  readonly #shapes = new Map<string, KnownShape>()
  #hasLooked = false

  constructor(connection: ClickHouseConnection) {
    this.#connection = connection
  }

  /** Takes note of the shape of an event that is about to be written. */
  note(bytes: Buffer, start: number, end: number): void {
    if (this.#shapes.size > SHAPES_MAX) return
    const key = bytes.toString('latin1', start, end)
    if (this.#shapes.has(key)) return
    const shape = bytes.toString('utf8', start, end)
    this.#shapes.set(key, { shape, values: shapeValues(shape) })
  }

  /** All shapes that there are; undefined when others write too, or when there are too many. */
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
