import { TILE_WIDTH } from '../tree/tile-shape.ts'
import { type TileName, widthIn } from './tile-path.ts'

/**
 * The hash tiles that prove the events of groups of 256 in a tree of `size` leaves: those with
 * their leaf hashes, those above them, and the right edge of the tree, which is part of every
 * proof. Each tile is named once.
 *
 * @param groups ascending; iterated once for each level.
 */
export function* tilesAround(groups: Iterable<number>, size: number): Iterable<TileName> {
  for (let level = 0; TILE_WIDTH ** level <= size; level += 1) {
    const edge = Math.floor(size / TILE_WIDTH ** (level + 1))
    const lastLeaf = Math.floor((size - 1) / TILE_WIDTH ** (level + 1))
    let latest = -1
    for (const group of groups) {
      const index = Math.floor(group / TILE_WIDTH ** level)
      if (index === latest || index >= lastLeaf) continue
      latest = index
      yield { level, index, width: widthIn(size, { level, index }) }
    }
    for (const index of new Set([lastLeaf, edge])) {
      const width = widthIn(size, { level, index })
      if (width > 0) yield { level, index, width }
    }
  }
}
