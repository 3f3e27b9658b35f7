-- Operational state: users, grants, tokens, keys. Small, and read whole into memory at start.
--
-- ReplacingMergeTree keeps the row with the highest version of each (kind, id), and drops it when
-- it is marked removed: a change is an insert, so it is as durable and atomic as an event.
CREATE TABLE IF NOT EXISTS records
(
    kind LowCardinality(String),
    id String,
    -- JSON text.
    body String CODEC(ZSTD(1)),
    version UInt64,
    removed UInt8
)
ENGINE = ReplacingMergeTree(version, removed)
ORDER BY (kind, id)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1
