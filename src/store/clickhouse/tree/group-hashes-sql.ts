import { TILE_HEIGHT, TILE_WIDTH } from '../../../ledger/tree/tile-shape.ts'

/**
 * SQL for `group_index` and `hash`: the Merkle tree hash over each group of 256 leaves, on all
 * threads of the engine. Groups that are not whole are left out: every seq has to be there once,
 * and every row has to be sound.
 *
 * @param leaves SQL for rows of `seq`, `leaf` and `is_sound`.
 */
export function groupHashesSql(leaves: string): string {
  const groups = `SELECT intDiv(seq, ${TILE_WIDTH}) AS group_index, min(is_sound) AS are_sound,
    arraySort(groupArray((seq, leaf))) AS sorted FROM (${leaves}) GROUP BY group_index`
  const first = `group_index * ${TILE_WIDTH}`
  let level = `SELECT group_index, sorted.2 AS hashes FROM (${groups})
    WHERE are_sound = 1 AND sorted.1 = range(${first}, ${first} + ${TILE_WIDTH})`
  for (let height = 0; height < TILE_HEIGHT; height += 1) {
    level = `SELECT group_index, ${PARENTS_SQL} AS hashes FROM (${level})`
  }
  return `SELECT group_index, hashes[1] AS hash FROM (${level})`
}

/** The nodes over neighboring hashes: SHA-256(0x01 ‖ left ‖ right) (RFC 9162 section 2.1.1). */
const PARENTS_SQL = `arrayMap((left, right) -> SHA256(concat('\\x01', left, right)),
  ${everySecond(1)}, ${everySecond(0)})`

function everySecond(remainder: number): string {
  return `arrayFilter((hash, place) -> place % 2 = ${remainder}, hashes, arrayEnumerate(hashes))`
}
