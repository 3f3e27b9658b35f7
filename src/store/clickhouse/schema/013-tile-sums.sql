-- At level 1: four sums over the 256 leaves, 16 bytes in hex, which locate the leaves that were
-- changed (src/ledger/tree/group-sums.ts). 0.06 bytes an event. Empty in rows that were saved
-- before, and above level 1.
ALTER TABLE tile_hashes ADD COLUMN IF NOT EXISTS sums String DEFAULT ''
