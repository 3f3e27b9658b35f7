/** Leaves under a hash of tile level 1, and hashes of a level under one of the next. */
export const TILE_WIDTH = 256
/** Heights of the tree that one level of tiles covers. */
export const TILE_HEIGHT = 8
/** Highest tile level: 256^5 leaves are more than 2^40, beyond any ledger of one instance. */
export const TILE_LEVEL_MAX = 5
/** Bytes of a hash. */
export const HASH_BYTES = 32
