-- The greatest saved size of each ledger with the root hash of its tree: what a start compares the
-- stored events with. One row for an origin is enough: ReplacingMergeTree keeps the greatest size.
CREATE TABLE IF NOT EXISTS tree_heads
(
    origin LowCardinality(String),
    size UInt64,
    -- 32 bytes in lower-case hex.
    root_hash FixedString(64)
)
ENGINE = ReplacingMergeTree(size)
ORDER BY origin
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1
