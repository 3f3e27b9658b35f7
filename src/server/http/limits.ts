import type { TurnLimits } from '../../core/turns/fair-turns.ts'
import type { QuotaLimits } from '../../core/turns/quota.ts'

/** The limits of the HTTP server. The limits of events are in core/limits.ts. */

/** Largest request head, the request line and headers, in bytes. Larger ones get 431. */
export const HEADER_BYTES_MAX = 32 * 1024
/** Longest URL, in characters. */
export const URL_LENGTH_MAX = 16 * 1024
/** Longest value of a path parameter, in characters; longer than any repository path. */
export const PATH_PARAMETER_LENGTH_MAX = 1024
/** Largest body of routes without a limit of their own, in bytes. */
export const BODY_BYTES_MAX = 1024 * 1024
/** Most open connections; further ones are closed at once. */
export const CONNECTIONS_MAX = 4096
/** Longest time for a whole request to arrive, ms. */
export const REQUEST_MS_MAX = 120_000
/** Longest time for the head of a request to arrive, ms. */
export const HEADERS_MS_MAX = 30_000
/**
 * Longest time without data on a connection, ms, so that a stalled reader cannot hold an export.
 */
export const SILENCE_MS_MAX = 120_000
/** How long an idle connection is kept, ms: longer than proxies keep theirs. */
export const KEEP_ALIVE_MS = 72_000
/** How long a stop waits for requests in progress, ms. */
export const STOP_MS_MAX = 30_000
/** How often a stop closes idle connections, ms. */
export const SWEEP_MS = 50
/**
 * Most JSON values in a delivery to a source; a larger delivery is kept as a dead letter. A
 * registry's largest notification, which repeats the layers of a 4 MiB manifest, has a tenth of
 * them.
 */
export const DELIVERY_VALUES_MAX = 500_000

const SHORT_RETRY_AFTER_SECONDS = 2
const LONG_RETRY_AFTER_SECONDS = 30

/** Most queries that wait for their turn. */
const WAITING_QUERIES = { callerMax: 64, tenantMax: 256, allMax: 4096 }
/**
 * Most concurrent queries on the embedded engine, which uses every core for most of them. One
 * caller cannot block another caller of the tenant, and two tenants cannot block a third.
 */
export const EMBEDDED_QUERIES = {
  running: { callerMax: 1, tenantMax: 2, allMax: 5 },
  waiting: WAITING_QUERIES,
  retryAfterSeconds: SHORT_RETRY_AFTER_SECONDS,
} as const satisfies TurnLimits
/** Most concurrent queries on a ClickHouse server. */
export const SERVER_QUERIES = {
  running: { callerMax: 4, tenantMax: 6, allMax: 16 },
  waiting: WAITING_QUERIES,
  retryAfterSeconds: SHORT_RETRY_AFTER_SECONDS,
} as const satisfies TurnLimits

/** Downloads of events that are streamed from the store. */
export const DOWNLOADS = {
  what: 'downloads of events',
  callerMax: 2,
  tenantMax: 4,
  allMax: 8,
  retryAfterSeconds: LONG_RETRY_AFTER_SECONDS,
} as const satisfies QuotaLimits
