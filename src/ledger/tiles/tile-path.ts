import { TILE_WIDTH } from '../tree/tile-shape.ts'

/** Highest level that a path may name: 64 levels of 8 bits are beyond any log. */
const LEVEL_MAX = 63
/** A tile index has at most this many elements of three digits. */
const ELEMENTS_MAX = 5

/** A tile of hashes, or a bundle of entries (C2SP tlog-tiles). */
export interface TileName {
  /** Level of the hashes, 0 for leaf hashes; `entries` for the entries themselves. */
  readonly level: number | 'entries'
  readonly index: number
  /** Hashes or entries in it: 1 to 256; fewer than 256 in a partial tile. */
  readonly width: number
}

/** What comes after `tile/` in the path of a tile. */
export function tilePath({ level, index, width }: TileName): string {
  const partial = width === TILE_WIDTH ? '' : `.p/${width}`
  return `${level}/${indexPath(index)}${partial}`
}

/** Reads what comes after `tile/`; undefined for a path that no tile has. */
export function parseTilePath(path: string): TileName | undefined {
  const match = /^(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path)
  if (match === null) return undefined
  const [, first = '', elements = '', partial] = match
  const level = first === 'entries' ? 'entries' : Number(first)
  const index = Number(elements.replaceAll(/[x/]/g, ''))
  const width = partial === undefined ? TILE_WIDTH : Number(partial)
  const isKnown = level === 'entries' || level <= LEVEL_MAX
  const isWidth = partial === undefined || width < TILE_WIDTH
  // Only one path leads to each tile: no leading elements of zeros.
  const isPlain = elements.split('/').length <= ELEMENTS_MAX && indexPath(index) === elements
  return isKnown && isWidth && isPlain ? { level, index, width } : undefined
}

/** An index in elements of three digits, all but the last with an `x`: 1234067 is x001/x234/067. */
function indexPath(index: number): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  const elements = padded.match(/\d{3}/g) ?? []
  return elements.map((one, at) => (at === elements.length - 1 ? one : `x${one}`)).join('/')
}

/** How many hashes of a level, or entries, a tree of `size` leaves has at the index of a tile. */
export function widthIn(size: number, { level, index }: Pick<TileName, 'level' | 'index'>): number {
  const hashes = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level))
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH))
}
