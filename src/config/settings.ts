import { notInFile, optional, type SettingTable, type ValuesOf, withDefault } from './setting.ts'
import {
  httpUrl,
  listenAddress,
  oneOf,
  path,
  plainName,
  wholeNumber,
  yesOrNo,
} from './value-kind.ts'

/** How serious a message of the log is, most serious first; `silent` logs nothing. */
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const TENANT_LENGTH_MAX = 128
const ORIGIN_LENGTH_MAX = 64
const QUEUE_EVENTS_MAX = 200_000
const AGGREGATE_DAYS_MAX = 3660

/**
 * The one table of what can be configured. Flags, environment variables, the keys of a
 * configuration file, `--help`, docs/reference/configuration.md and the type `Settings` come from
 * it.
 */
export const SETTINGS = {
  data: withDefault(
    path('DIR'),
    './data',
    'Directory of the ledger, its keys and `admin-token`. It is made when it is ' +
      'missing. One process at a time may use it.',
  ),
  listen: withDefault(
    listenAddress,
    '127.0.0.1:7480',
    'Address to answer on. Port 0 picks a free one. Put a proxy that speaks TLS in ' +
      'front before you listen on more than the own machine.',
  ),
  store: optional(
    httpUrl,
    'the engine inside Waybill',
    'URL of a ClickHouse server: `http://USER:PASSWORD@HOST:8123/DATABASE`. Give ' +
      'it by environment variable or file when it holds a password: other users of ' +
      'the machine can read a command line.',
  ),
  config: notInFile(optional(path('FILE'), 'no file is read', 'Configuration file, YAML or JSON.')),
  logLevel: withDefault(
    oneOf('LEVEL', LOG_LEVELS),
    'info',
    'Least serious message that is logged. The log goes to standard error, one JSON object a line.',
  ),
  defaultTenant: withDefault(
    plainName(TENANT_LENGTH_MAX),
    'default',
    'Tenant of events and tokens that name none.',
  ),
  origin: optional(
    plainName(ORIGIN_LENGTH_MAX),
    'a generated name, kept in the data directory',
    "Name of this instance's ledger. It is fixed at the first start: with another " +
      'origin it would be another ledger.',
  ),
  sources: {
    distribution: {
      blobEvents: withDefault(
        yesOrNo,
        false,
        'Keep the pushes and pulls of single layers that a registry reports, ' +
          'besides those of images.',
      ),
    },
  },
  dialects: {
    quay: {
      aggregateDaysMax: optional(
        wholeNumber(1, AGGREGATE_DAYS_MAX),
        'no bound',
        "Longest range of Quay's aggregate routes, in days. Quay itself refuses more than 31.",
      ),
    },
  },
  limits: {
    queueEventsMax: withDefault(
      wholeNumber(1, 10_000_000),
      QUEUE_EVENTS_MAX,
      'Events that may wait to be stored. What comes on top is answered with 429 and Retry-After.',
    ),
  },
} as const satisfies SettingTable

/** How one Waybill process is configured: read once at start, frozen. */
export type Settings = ValuesOf<typeof SETTINGS>
