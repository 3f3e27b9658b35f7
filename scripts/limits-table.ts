import {
  SAVED_QUERY_LENGTH_MAX,
  SAVED_SEARCHES_OF_TENANT_MAX,
  SAVED_SEARCHES_OF_USER_MAX,
} from '../src/access/saved-searches/saved-search.ts'
import { PASSWORD_LENGTH_MAX } from '../src/access/sign-in/password.ts'
import {
  STREAM_TICKET_AGE_MS_MAX,
  STREAM_TICKET_IDLE_MS_MAX,
  STREAM_TICKETS,
} from '../src/access/tokens/stream-tickets.ts'
import { SETTINGS } from '../src/config/settings.ts'
import * as core from '../src/core/limits.ts'
import {
  DOWNLOAD_BYTES_PER_SECOND_MIN,
  DOWNLOAD_DELAY_MS_MAX,
} from '../src/dialects/api/bodies/download.ts'
import { WAITS } from '../src/dialects/container-station/containers/waiting-room.ts'
import {
  SEARCH_REPEAT_MS,
  SEARCHES_KNOWN_MAX,
} from '../src/dialects/native/searches/known-searches.ts'
import { SEARCH_TEXT_RECORDED_MAX } from '../src/dialects/native/searches/search-event.ts'
import { STREAMS } from '../src/dialects/native/stream/event-stream.ts'
import * as exports from '../src/exports/limits.ts'
import { POSITION_BYTES_MAX, POSITIONS_MAX } from '../src/intake/positions.ts'
import * as ledger from '../src/ledger/limits.ts'
import * as server from '../src/server/http/limits.ts'
import { LOOKUP_MS_MAX } from '../src/server/implied-events/implied-events.ts'
import { RECORDING_CALLS_MAX } from '../src/sources/docker-authz/calls/call-gate.ts'
import {
  QUERY_BYTES_MAX,
  QUERY_SECONDS_MAX,
} from '../src/store/clickhouse/connection/engine-settings.ts'
import {
  bytes,
  count,
  duration,
  INVALID,
  INVALID_EVENT,
  type LimitSection,
  OVERLOADED,
  REQUEST_DENIED,
  row,
  shares,
  TOO_LARGE,
  TOO_MANY,
  UTF16,
} from './limit-row.ts'

const EVENTS: LimitSection = {
  title: 'Events and what brings them',
  limits: [
    row(
      'Body of `POST /v1/events`, as sent and unpacked',
      'BATCH_BYTES_MAX',
      bytes(core.BATCH_BYTES_MAX),
      TOO_LARGE,
    ),
    row(
      'Events in a request',
      'BATCH_EVENTS_MAX',
      count(core.BATCH_EVENTS_MAX, 'events'),
      `${TOO_LARGE}, when the first one too many begins`,
    ),
    row(
      'One event as it is sent',
      'SENT_EVENT_BYTES_MAX',
      bytes(core.SENT_EVENT_BYTES_MAX),
      TOO_LARGE,
    ),
    row(
      'Canonical JSON of one event',
      'EVENT_BYTES_MAX',
      bytes(core.EVENT_BYTES_MAX),
      INVALID_EVENT,
    ),
    row(
      'Names, ids, tags, tenants, actions',
      'NAME_LENGTH_MAX',
      count(core.NAME_LENGTH_MAX, UTF16),
      INVALID_EVENT,
    ),
    row(
      'Repository path',
      'REPOSITORY_LENGTH_MAX',
      count(core.REPOSITORY_LENGTH_MAX, UTF16),
      INVALID_EVENT,
    ),
    row(
      'User agent',
      'USER_AGENT_LENGTH_MAX',
      count(core.USER_AGENT_LENGTH_MAX, UTF16),
      INVALID_EVENT,
    ),
    row('Message', 'MESSAGE_LENGTH_MAX', count(core.MESSAGE_LENGTH_MAX, UTF16), INVALID_EVENT),
    row(
      'Nesting of `details`',
      'DETAILS_DEPTH_MAX',
      count(core.DETAILS_DEPTH_MAX, 'levels'),
      INVALID_EVENT,
    ),
    row(
      'Problems that a refusal names',
      'PROBLEMS_NAMED_MAX',
      count(core.PROBLEMS_NAMED_MAX, 'problems'),
      'reading ends there',
    ),
    row(
      '`Idempotency-Key`',
      'IDEMPOTENCY_KEY_LENGTH_MAX',
      count(core.IDEMPOTENCY_KEY_LENGTH_MAX, UTF16),
      INVALID,
    ),
    row(
      'Events that wait to be accepted',
      '`limits.queueEventsMax`',
      count(Number(SETTINGS.limits.queueEventsMax.default), 'events'),
      OVERLOADED,
    ),
    row(
      'How far the store may be behind what is accepted, while it takes events',
      'BEHIND_MS_MAX, BEHIND_BYTES_MAX',
      `${duration(ledger.BEHIND_MS_MAX)}, ${bytes(ledger.BEHIND_BYTES_MAX)}`,
      OVERLOADED,
    ),
    row(
      'The journal, while the store is down',
      '`journal.bytesMax`',
      bytes(Number(SETTINGS.journal.bytesMax.default)),
      '503 `store.unavailable`, Retry-After',
    ),
    row(
      'JSON values in a delivery to a source',
      'DELIVERY_VALUES_MAX',
      count(server.DELIVERY_VALUES_MAX, 'values'),
      '202; the delivery is kept as a dead letter',
    ),
    row(
      'Requests of a Docker daemon that are being recorded at once',
      'RECORDING_CALLS_MAX',
      count(RECORDING_CALLS_MAX, 'requests'),
      REQUEST_DENIED,
    ),
    row(
      'Until the ledger has a request of a Docker daemon',
      '`sources.dockerAuthz[].recordMsMax`',
      duration(Number(SETTINGS.sources.dockerAuthz.each.recordMsMax.default)),
      REQUEST_DENIED,
    ),
  ],
}

const QUERIES: LimitSection = {
  title: 'Queries',
  limits: [
    row(
      'Queries that run at once, on the engine inside',
      'EMBEDDED_QUERIES.running',
      shares(server.EMBEDDED_QUERIES.running),
      'they wait; tenants and their tokens take turns',
    ),
    row(
      'Queries that run at once, on a ClickHouse server',
      'SERVER_QUERIES.running',
      shares(server.SERVER_QUERIES.running),
      'they wait; tenants and their tokens take turns',
    ),
    row(
      'Queries that wait',
      'EMBEDDED_QUERIES.waiting, SERVER_QUERIES.waiting',
      shares(server.EMBEDDED_QUERIES.waiting),
      TOO_MANY,
    ),
    row('Time of one query', 'QUERY_SECONDS_MAX', `${QUERY_SECONDS_MAX} s`, '504 `query.timeout`'),
    row(
      'Comparing the pushes of a delivery with earlier ones',
      'LOOKUP_MS_MAX',
      duration(LOOKUP_MS_MAX),
      '202; the pushes are stored without what they imply',
    ),
    row(
      'Memory of one query',
      'QUERY_BYTES_MAX',
      bytes(QUERY_BYTES_MAX),
      '400 `query.too-complex`',
    ),
    row(
      'Values of one filter',
      'FILTER_VALUES_MAX',
      count(core.FILTER_VALUES_MAX, 'values'),
      INVALID,
    ),
    row(
      'Values of all filters of a request',
      'FILTER_VALUES_TOTAL_MAX',
      count(core.FILTER_VALUES_TOTAL_MAX, 'values'),
      INVALID,
    ),
    row('One `q`', 'FULL_TEXT_LENGTH_MAX', count(core.FULL_TEXT_LENGTH_MAX, UTF16), INVALID),
    row(
      'Words of all `q` of a request',
      'FULL_TEXT_WORDS_MAX',
      count(core.FULL_TEXT_WORDS_MAX, 'words'),
      INVALID,
    ),
    row('Events on a page', 'PAGE_EVENTS_MAX', count(core.PAGE_EVENTS_MAX, 'events'), INVALID),
    row(
      'Buckets of a histogram',
      'HISTOGRAM_BUCKETS_MAX',
      count(core.HISTOGRAM_BUCKETS_MAX, 'buckets'),
      '400 `query.too-many-buckets`',
    ),
    row(
      'Text of the filters that the record of a search repeats',
      'SEARCH_TEXT_RECORDED_MAX',
      count(SEARCH_TEXT_RECORDED_MAX, UTF16),
      'the rest is left out; the record says so',
    ),
    row(
      "Until a token's equal search is recorded again",
      'SEARCH_REPEAT_MS',
      duration(SEARCH_REPEAT_MS),
      'it is recorded again',
    ),
    row(
      'Searches that are known as recorded',
      'SEARCHES_KNOWN_MAX',
      count(SEARCHES_KNOWN_MAX, 'in all'),
      'a repetition of the oldest is recorded again',
    ),
  ],
}

const OPEN: LimitSection = {
  title: 'What stays open',
  limits: [
    row(
      'Downloads of events (`/v1/events/export`, Container Station’s `/log/export`)',
      'DOWNLOADS',
      shares(server.DOWNLOADS),
      TOO_MANY,
    ),
    row(
      'Slowest reader of a download',
      'DOWNLOAD_BYTES_PER_SECOND_MIN',
      `${bytes(DOWNLOAD_BYTES_PER_SECOND_MIN)}/s`,
      'the connection is closed',
    ),
    row(
      'How far a reader may be behind that',
      'DOWNLOAD_DELAY_MS_MAX',
      duration(DOWNLOAD_DELAY_MS_MAX),
      'the connection is closed',
    ),
    row('Streams of events (`/v1/events/stream`)', 'STREAMS', shares(STREAMS), TOO_MANY),
    row(
      'Tickets for streams (`/v1/events/stream/tickets`)',
      'STREAM_TICKETS',
      shares(STREAM_TICKETS),
      TOO_MANY,
    ),
    row(
      'Time of such a ticket without a connection',
      'STREAM_TICKET_IDLE_MS_MAX',
      duration(STREAM_TICKET_IDLE_MS_MAX),
      '401 `access.unauthenticated`',
    ),
    row(
      'Time in which it can be connected with',
      'STREAM_TICKET_AGE_MS_MAX',
      duration(STREAM_TICKET_AGE_MS_MAX),
      '401 `access.unauthenticated`',
    ),
    row(
      'Waits for a state (Container Station’s `/event/wait`)',
      'WAITS',
      shares(WAITS),
      '429, or 503 when all places are taken; Retry-After',
    ),
    row(
      'Exports that wait or run',
      'USER_EXPORTS_WAITING_MAX, EXPORTS_WAITING_MAX',
      `${exports.USER_EXPORTS_WAITING_MAX} of a user, ${exports.EXPORTS_WAITING_MAX} of a tenant`,
      TOO_MANY,
    ),
    row(
      'Exports that run at once',
      'TENANT_EXPORTS_RUNNING_MAX, EXPORTS_RUNNING_MAX',
      `${exports.TENANT_EXPORTS_RUNNING_MAX} of a tenant, ${exports.EXPORTS_RUNNING_MAX} in all`,
      'they wait; tenants take turns',
    ),
    row(
      'Callbacks and mails that are sent at once',
      'TENANT_DELIVERIES_RUNNING_MAX, DELIVERIES_RUNNING_MAX',
      `${exports.TENANT_DELIVERIES_RUNNING_MAX} of a tenant, ` +
        `${exports.DELIVERIES_RUNNING_MAX} in all`,
      'they wait; tenants take turns',
    ),
    row(
      'Files of exports together, events of one with proofs',
      'FILES_BYTES_MAX, EVIDENCE_EVENT_BYTES_MAX',
      `${bytes(exports.FILES_BYTES_MAX)}, ${bytes(exports.EVIDENCE_EVENT_BYTES_MAX)}`,
      'the oldest are removed, or the export fails',
    ),
    row(
      'How long the file of an export is kept',
      'FILE_KEPT_MS',
      duration(exports.FILE_KEPT_MS),
      '404',
    ),
    row(
      'Connections of one address',
      '`limits.addressConnectionsMax`',
      count(Number(SETTINGS.limits.addressConnectionsMax.default), 'connections'),
      'the connection is closed at once',
    ),
    row(
      'Connections',
      'CONNECTIONS_MAX',
      count(server.CONNECTIONS_MAX, 'connections'),
      'the connection is closed at once',
    ),
  ],
}

const REQUESTS: LimitSection = {
  title: 'Requests',
  limits: [
    row(
      'Head of a request',
      'HEADER_BYTES_MAX',
      bytes(server.HEADER_BYTES_MAX),
      '431 `request.head-too-large`',
    ),
    row('URL', 'URL_LENGTH_MAX', count(server.URL_LENGTH_MAX, 'characters'), TOO_LARGE),
    row(
      'Part of a path',
      'PATH_PARAMETER_LENGTH_MAX',
      count(server.PATH_PARAMETER_LENGTH_MAX, 'characters'),
      '404',
    ),
    row('Body of other routes', 'BODY_BYTES_MAX', bytes(server.BODY_BYTES_MAX), TOO_LARGE),
    row(
      'Until the head has arrived',
      'HEADERS_MS_MAX',
      duration(server.HEADERS_MS_MAX),
      '408 `request.timeout`',
    ),
    row(
      'Until the request has arrived',
      'REQUEST_MS_MAX',
      duration(server.REQUEST_MS_MAX),
      '408 `request.timeout`',
    ),
    row(
      'Without a byte on a connection',
      'SILENCE_MS_MAX',
      duration(server.SILENCE_MS_MAX),
      'the connection is closed',
    ),
    row(
      'Between two requests',
      'KEEP_ALIVE_MS',
      duration(server.KEEP_ALIVE_MS),
      'the connection is closed',
    ),
    row('Password', 'PASSWORD_LENGTH_MAX', count(PASSWORD_LENGTH_MAX, 'characters'), INVALID),
    row('Position of a collector', 'POSITION_BYTES_MAX', bytes(POSITION_BYTES_MAX), TOO_LARGE),
    row(
      'Saved searches',
      'SAVED_SEARCHES_OF_USER_MAX, SAVED_SEARCHES_OF_TENANT_MAX',
      [
        count(SAVED_SEARCHES_OF_USER_MAX, 'of a user'),
        count(SAVED_SEARCHES_OF_TENANT_MAX, 'of a tenant'),
      ].join(', '),
      '409 `resource.too-many`',
    ),
    row(
      'Query of a saved search',
      'SAVED_QUERY_LENGTH_MAX',
      count(SAVED_QUERY_LENGTH_MAX, UTF16),
      INVALID,
    ),
    row(
      'Positions of collectors of a tenant',
      'POSITIONS_MAX',
      count(POSITIONS_MAX, 'positions'),
      '409 `resource.too-many`',
    ),
  ],
}

/** The limits that a client or an operator can meet, in the order of the document. */
export const LIMITS: readonly LimitSection[] = [EVENTS, QUERIES, OPEN, REQUESTS]
