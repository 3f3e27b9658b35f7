-- The Merkle trees' hashes above the leaves (levels 1, 2, … of C2SP tlog-tiles): what a ledger
-- needs to go on without reading every event. One row for 256 events.
--
-- The same hash may be saved again after a crash; ReplacingMergeTree folds equal keys.
CREATE TABLE IF NOT EXISTS tile_hashes
(
    origin LowCardinality(String),
    level UInt8,
    hash_index UInt64,
    -- 32 bytes in lower-case hex.
    hash FixedString(64)
)
ENGINE = ReplacingMergeTree
ORDER BY (origin, level, hash_index)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1
