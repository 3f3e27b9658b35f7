// The limits of an event and of the requests that carry events, checked at the boundary.

/**
 * Largest canonical JSON text of one event, in bytes of UTF-8: entry bundles of a transparency log
 * have lengths of 16 bits (C2SP tlog-tiles).
 */
export const EVENT_BYTES_MAX = 65_535
/**
 * Largest text of one event as it is sent, in bytes: every character of the canonical text may be
 * written as an escape of six.
 */
export const SENT_EVENT_BYTES_MAX = 384 * 1024
/** Most events in one request. */
export const BATCH_EVENTS_MAX = 10_000
/** Largest body of one request, in bytes, as sent and after decompression. */
export const BATCH_BYTES_MAX = 32 * 1024 * 1024
/** Longest name-like text (names, ids, tags, tenants, actions), in UTF-16 units. */
export const NAME_LENGTH_MAX = 512
/** Longest repository path, in UTF-16 units, as the OCI distribution specification limits it. */
export const REPOSITORY_LENGTH_MAX = 255
/** Longest user agent, in UTF-16 units. */
export const USER_AGENT_LENGTH_MAX = 1024
/** Longest message for people, in UTF-16 units. */
export const MESSAGE_LENGTH_MAX = 8192
/** Deepest nesting of objects and arrays inside `details`. */
export const DETAILS_DEPTH_MAX = 32
/** Most problems listed in one rejection; the rest are counted. */
export const PROBLEMS_NAMED_MAX = 20
/** Most values of one repeatable filter. */
export const FILTER_VALUES_MAX = 100
/** Longest full-text query, in UTF-16 units. */
export const FULL_TEXT_LENGTH_MAX = 256
/** Most values of all filters of one request together. */
export const FILTER_VALUES_TOTAL_MAX = 200
/** Most words of the full-text queries of one request together. */
export const FULL_TEXT_WORDS_MAX = 32
/** Most events on one page of the native API. */
export const PAGE_EVENTS_MAX = 1000
/** Events on one page of the native API by default. */
export const PAGE_EVENTS_DEFAULT = 100
/** Most buckets in one histogram answer. */
export const HISTOGRAM_BUCKETS_MAX = 10_000
/** Longest `Idempotency-Key`, in UTF-16 units. */
export const IDEMPOTENCY_KEY_LENGTH_MAX = 255
