/** Most events in one insert: larger inserts gain nothing and keep their senders waiting. */
export const GROUP_EVENTS_MAX = 20_000
/** Longest that a group waits for more requests before it is inserted, in milliseconds. */
export const GATHER_MS_MAX = 10
/** Events waiting to be stored, after which senders are told to come back. */
export const QUEUE_EVENTS_MAX = 200_000
/** Canonical bytes waiting to be stored, after which senders are told to come back. */
export const QUEUE_BYTES_MAX = 256 * 1024 * 1024
/** What a sender that meets a full queue is told. */
export const OVERLOAD_RETRY_AFTER_SECONDS = 1
/** What a sender is told while the store does not answer. */
export const STORE_RETRY_AFTER_SECONDS = 5

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
