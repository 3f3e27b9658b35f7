/** Most events in one record of the journal; a single request may have more bytes than this. */
export const GROUP_EVENTS_MAX = 20_000
/** Most bytes of canonical JSON in a record of more than one request. */
export const GROUP_BYTES_MAX = 4 * 1024 * 1024
/** Longest that a group waits for more requests before it is written, in milliseconds. */
export const GATHER_MS_MAX = 10
/** Events waiting to be stored, after which senders are told to come back. */
export const QUEUE_EVENTS_MAX = 200_000
/** Canonical bytes waiting to be stored, after which senders are told to come back. */
export const QUEUE_BYTES_MAX = 256 * 1024 * 1024
/** What a sender that meets a full queue is told. */
export const OVERLOAD_RETRY_AFTER_SECONDS = 1
/** What a sender is told while the store does not answer. */
export const STORE_RETRY_AFTER_SECONDS = 5

/** Most events in one insert into the store. */
export const INDEX_EVENTS_MAX = 50_000
/** Most bytes of canonical JSON in an insert of more than one request. */
export const INDEX_BYTES_MAX = 32 * 1024 * 1024
/** Longest that accepted events wait for others before they are inserted, in milliseconds. */
export const INDEX_DELAY_MS_MAX = 1_000
/** Inserts that readers wait for begin at this interval at most, in milliseconds. */
export const FORCED_INSERT_INTERVAL_MS = 100
/** First pause after an insert that failed, in milliseconds; each further one is twice as long. */
export const INDEX_RETRY_MS = 50
/** Longest pause after an insert that failed, in milliseconds. */
export const INDEX_RETRY_MS_MAX = 2_000
/** Attempts at the last inserts of a stop; what is left is in the journal. */
export const CLOSING_INSERTS_MAX = 3
/** How long the oldest event may wait for its insert before senders are told to come back, ms. */
export const BEHIND_MS_MAX = 5_000
/** Bytes of canonical JSON that may wait for their insert before senders are told to come back. */
export const BEHIND_BYTES_MAX = 256 * 1024 * 1024
/** Bytes of canonical JSON that are kept in memory until they are inserted. */
export const TAIL_BYTES_MAX = 64 * 1024 * 1024
/** Sizes between what the store has and what is accepted at which the tree is remembered. */
export const TREE_MARKS_MAX = 1_024
/** Shortest time from one checkpoint to the next that a caller waits for, in milliseconds. */
export const CHECKPOINT_INTERVAL_MS = 1_000
/** Pause after a checkpoint that could not be kept, in milliseconds. */
export const CHECKPOINT_RETRY_MS = 2_000

/** Names that one generation of the duplicate filter holds: 72 % of its slots. */
export const GENERATION_NAMES_MAX = 3_000_000
/** Slots of a generation, four bytes each; a power of two. */
export const GENERATION_SLOTS = 2 ** 22
/** Generations kept: four full ones, so the latest 12 million names, and the one that is filled. */
export const GENERATIONS_MAX = 5
/** How far a sender's clock may be ahead without its late retries being missed. */
export const SENDER_CLOCK_AHEAD_MICROS_MAX = 10 * 60 * 1_000_000
/** New names after which the filter is written to disk, so that a restart re-reads fewer events. */
export const SNAPSHOT_INTERVAL_NAMES = 1_000_000

/** Complete tiles gathered before they are saved; what a crash loses is rebuilt from the events. */
export const TILE_HASHES_SAVED_AT_ONCE = 1024

/** Lost events at the end of a ledger whose places are kept free after a start. */
export const LOST_EVENTS_MAX = 1_000_000
