import { TILE_WIDTH } from '../tree/tile-shape.ts'

/** Tiles that are read from the store at once: one costs nearly as much. */
const WINDOW_TILES = 16
/** Leaves or entries of a window. */
export const WINDOW_WIDTH = WINDOW_TILES * TILE_WIDTH
/** Windows that are kept for the next tiles. */
const WINDOWS_MAX = 16
/** How long a window is kept, in milliseconds: what is changed on disk has to show. */
const KEPT_MS_MAX = 10_000

interface Kept<Item> {
  readonly items: Promise<readonly Item[]>
  readonly sinceMs: number
}

/** Windows of a ledger that were just read: checkers ask for one tile after the other. */
export class TileWindows<Item> {
  readonly #kept = new Map<number, Kept<Item>>()

  /** The items of a window; `read` is called when it was not read just now. */
  async get(window: number, read: () => Promise<readonly Item[]>): Promise<readonly Item[]> {
    const nowMs = performance.now()
    for (const [key, { sinceMs }] of this.#kept) {
      if (nowMs - sinceMs > KEPT_MS_MAX || this.#kept.size > WINDOWS_MAX) this.#kept.delete(key)
    }
    const known = this.#kept.get(window)
    if (known !== undefined) return await known.items
    const items = read()
    this.#kept.set(window, { items, sinceMs: nowMs })
    items.catch(() => this.#kept.delete(window))
    return await items
  }
}
