import type { TurnLimits } from '../../core/turns/fair-turns.ts'
import type { QuotaLimits } from '../../core/turns/quota.ts'

/** The limits of the HTTP server. What events may hold is bounded in core/limits.ts. */

/** Largest head of a request: request line and headers, bytes. Beyond: 431. */
export const HEADER_BYTES_MAX = 32 * 1024
/** Longest URL, in characters. */
export const URL_LENGTH_MAX = 16 * 1024
/** Longest value of a path parameter, in characters: a repository's path with room to spare. */
export const PATH_PARAMETER_LENGTH_MAX = 1024
/** Largest body of routes that do not set their own limit, bytes. */
export const BODY_BYTES_MAX = 1024 * 1024
/** Connections open at once; more are closed as they come. */
export const CONNECTIONS_MAX = 4096
/** Longest time for a request to arrive whole, ms. */
export const REQUEST_MS_MAX = 120_000
/** Longest time for the head of a request to arrive, ms. */
export const HEADERS_MS_MAX = 30_000
/** Longest time without a byte on a connection, ms: a reader that stalls an export is let go. */
export const SILENCE_MS_MAX = 120_000
/** How long a connection without a request is kept, ms: longer than proxies keep theirs. */
export const KEEP_ALIVE_MS = 72_000
/** How long a stop waits for requests that are being answered, ms. */
export const STOP_MS_MAX = 30_000
/** How often a stop closes the connections whose last request was answered, ms. */
export const SWEEP_MS = 50
/**
 * Most JSON values in a delivery to a source; one with more is kept as a dead letter. A registry's
 * largest notification, which repeats the layers of a manifest of 4 MiB, has a tenth of them.
 */
export const DELIVERY_VALUES_MAX = 500_000

const SHORT_RETRY_AFTER_SECONDS = 2
const LONG_RETRY_AFTER_SECONDS = 30

/** Queries that wait for their turn. */
const WAITING_QUERIES = { callerMax: 64, tenantMax: 256, allMax: 4096 }
/**
 * Queries on the engine inside Waybill, which uses every core for most of them. One of a tenant's
 * callers cannot keep another one waiting, and no two tenants' can keep a third.
 */
export const EMBEDDED_QUERIES = {
  running: { callerMax: 1, tenantMax: 2, allMax: 5 },
  waiting: WAITING_QUERIES,
  retryAfterSeconds: SHORT_RETRY_AFTER_SECONDS,
} as const satisfies TurnLimits
/** Queries on a ClickHouse server. */
export const SERVER_QUERIES = {
  running: { callerMax: 4, tenantMax: 6, allMax: 16 },
  waiting: WAITING_QUERIES,
  retryAfterSeconds: SHORT_RETRY_AFTER_SECONDS,
} as const satisfies TurnLimits

/** Documents of events that are downloaded as they are read from the store. */
export const DOWNLOADS = {
  what: 'downloads of events',
  callerMax: 2,
  tenantMax: 4,
  allMax: 8,
  retryAfterSeconds: LONG_RETRY_AFTER_SECONDS,
} as const satisfies QuotaLimits
