import { DISTRIBUTION } from './groups/distribution-settings.ts'
import { DOCKER_AUTHZ } from './groups/docker-authz-settings.ts'
import { ENGINES } from './groups/engine-settings.ts'
import { EXPORT_SETTINGS } from './groups/export-settings.ts'
import { HSS_SETTINGS } from './groups/hss-settings.ts'
import { skipRules } from './groups/skip-settings.ts'
import { TENANTS } from './groups/tenant-settings.ts'
import {
  notInFile,
  optional,
  type Setting,
  type SettingList,
  type SettingTable,
  type ValuesOf,
  withDefault,
} from './table/setting.ts'
import {
  addressRange,
  baseUrl,
  httpUrl,
  listenAddress,
  logName,
  oneOf,
  path,
  plainName,
  several,
  utcOffset,
  wholeNumber,
  yesOrNo,
} from './table/value-kind.ts'

/** How serious a message of the log is, most serious first; `silent` logs nothing. */
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Who may read the metrics. */
const METRICS_READERS = ['everyone', 'administrators'] as const

/** What can be kept of command lines. */
const COMMAND_LINES = ['redacted', 'omitted'] as const

const TENANT_LENGTH_MAX = 128
const ORIGIN_LENGTH_MAX = 64
const QUEUE_EVENTS_MAX = 200_000
const JOURNAL_BYTES_MAX = 4 * 1024 * 1024 * 1024
/** Room for one segment that is written and one that is made ahead. */
const JOURNAL_BYTES_MIN = 64 * 1024 * 1024
const JOURNAL_BYTES_MAX_MAX = 1024 * 1024 * 1024 * 1024
const ADDRESS_CONNECTIONS_MAX = 1024
const ADDRESS_CONNECTIONS_MAX_MAX = 4096
const AGGREGATE_DAYS_MAX = 3660
const VERIFY_DAYS = 7
const VERIFY_DAYS_MAX = 366
const FRESH_LOGIN_SECONDS = 600
const FRESH_LOGIN_SECONDS_MAX = 604_800

/** The list of a collector in the configuration; its dialect says what else is in it. */
export interface CollectorList {
  /** The dialect that it reads. */
  readonly kind: string
  /** Of the list, under `collectors`. */
  readonly key: string
  readonly list: SettingList<CollectorSettings>
}

/** What the server reads of the settings of a collector. */
type CollectorSettings = {
  readonly name: Setting<string>
  readonly tenant: Setting<string | undefined>
}

type CollectorLists = Readonly<Record<string, SettingList<CollectorSettings>>>

const NO_COLLECTORS: CollectorLists = {}

/**
 * The one table of what can be configured, but for the lists of collectors. Flags, environment
 * variables, the keys of a configuration file, `--help`, docs/reference/configuration.md and the
 * type `Settings` come from it.
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
  publicUrl: optional(
    baseUrl,
    'links begin as the request came',
    'What links to this server begin with, such as `https://logs.example.com`. Set it when a ' +
      'proxy stands in front, or when exports are told of by mail.',
  ),
  trustedProxies: optional(
    several(addressRange),
    'no proxy is trusted',
    'Addresses of the proxies in front. The address, host and scheme of a client are read from ' +
      'the X-Forwarded headers that these send, and from no others.',
  ),
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
  tenants: TENANTS,
  sources: {
    distribution: DISTRIBUTION,
    commandLines: withDefault(
      oneOf('KEPT', COMMAND_LINES),
      'redacted',
      'What is kept of the commands that run in containers: `redacted` keeps them without the ' +
        'secrets that are found in them, `omitted` keeps the name of the program alone. See ' +
        'docs/sources/secrets.md.',
    ),
    engine: ENGINES,
    dockerAuthz: DOCKER_AUTHZ,
    skip: skipRules([]),
  },
  dialects: {
    quay: {
      aggregateDaysMax: optional(
        wholeNumber(1, AGGREGATE_DAYS_MAX),
        'no bound',
        "Longest range of Quay's aggregate routes, in days. Quay itself refuses more than 31.",
      ),
      exportStatus: withDefault(
        oneOf('STATUS', ['200', '201']),
        '200',
        'Status that grants an export: 200 as Quay sends it, or 201 as its documentation says.',
      ),
      browserApiCallsXhrOnly: withDefault(
        yesOrNo,
        true,
        'Refuse GET requests that a browser sends by itself, without the header ' +
          '`X-Requested-With: XMLHttpRequest`, as Quay does.',
      ),
      freshLoginSeconds: withDefault(
        wholeNumber(0, FRESH_LOGIN_SECONDS_MAX),
        FRESH_LOGIN_SECONDS,
        "How long after its password was given a browser's session may read the logs of a " +
          "superuser, in seconds. Quay's FRESH_LOGIN_TIMEOUT.",
      ),
    },
    containerStation: {
      timezoneOffset: withDefault(
        utcOffset,
        'Z',
        "Zone of the clock that Container Station's log shows: its `ts`, the dates of its CSV " +
          'and its `logintime`. Events are always told in true time.',
      ),
      errorStatus200: withDefault(
        yesOrNo,
        false,
        'Answer errors with HTTP status 200, as old Container Stations did; `error.code` tells ' +
          'them apart.',
      ),
    },
    hss: HSS_SETTINGS,
  },
  audit: {
    tokenUse: withDefault<boolean>(
      yesOrNo,
      true,
      'Record every use of a token as an event `token.use`. Requests that send events are ' +
        'counted by minute.',
    ),
  },
  metrics: {
    readers: withDefault(
      oneOf('READERS', METRICS_READERS),
      'everyone',
      'Who may read `/metrics`, whose figures are of all tenants: everyone who reaches the port, ' +
        'or tokens of administrators of the installation with the scope `ledger:read` or `admin`.',
    ),
  },
  exports: EXPORT_SETTINGS,
  collectors: NO_COLLECTORS,
  ledger: {
    acknowledge: optional(
      oneOf('WHAT', ['journal', 'store']),
      '`journal`, with a ClickHouse server `store`',
      'What an acknowledgement of events rests on. `journal`: on a file of this machine, from ' +
        'which the store is fed. `store`: on the store too, so that nothing acknowledged is lost ' +
        'with the machine.',
    ),
    publicName: optional(
      logName,
      '`waybill.invalid/` and the origin',
      'Name of the ledger in its checkpoints: a URL without a scheme, such as ' +
        '`logs.example.com/waybill`. It is fixed at the first start: another name is another log.',
    ),
    public: withDefault<boolean>(
      yesOrNo,
      false,
      'Whether everyone who reaches the port may read checkpoints and hash tiles. They show how ' +
        'many events there are and when, not what is in them.',
    ),
    verifyDays: withDefault(
      wholeNumber(0, VERIFY_DAYS_MAX),
      VERIFY_DAYS,
      'Days after which all stored events are compared with what was signed, in the background, ' +
        'once more. 0: only when `waybill verify` asks for it.',
    ),
    checkpointFile: optional(
      path('FILE'),
      '`ledger/last-checkpoint` in the data directory',
      'File that keeps the checkpoint that was signed last. Put it where no backup is restored ' +
        'to: it is how a restored older copy is noticed.',
    ),
  },
  journal: {
    bytesMax: withDefault(
      wholeNumber(JOURNAL_BYTES_MIN, JOURNAL_BYTES_MAX_MAX),
      JOURNAL_BYTES_MAX,
      'Bytes of disk that the journal may take. It holds the events that the store does not have ' +
        'yet: while the store is down it takes on that much; then events are answered with 503 ' +
        'and Retry-After.',
    ),
  },
  limits: {
    queueEventsMax: withDefault(
      wholeNumber(1, 10_000_000),
      QUEUE_EVENTS_MAX,
      'Events that may wait to be accepted. Further ones are answered with 429 and Retry-After.',
    ),
    addressConnectionsMax: withDefault(
      wholeNumber(1, ADDRESS_CONNECTIONS_MAX_MAX),
      ADDRESS_CONNECTIONS_MAX,
      'Connections that one address may have open, of 4,096 in all; further ones are closed at ' +
        'once. An IPv6 network of 64 bits counts as one address. Connections of `trustedProxies` ' +
        'are not counted: name the proxy in front, or raise the limit for clients behind one NAT.',
    ),
  },
} as const satisfies SettingTable

/** The whole table: `SETTINGS` with the lists of the collectors there are. */
export function settingsTable(collectors: readonly CollectorList[]) {
  const lists: CollectorLists = Object.fromEntries(collectors.map(({ key, list }) => [key, list]))
  const skip = skipRules(collectors.map(({ kind }) => kind))
  return { ...SETTINGS, sources: { ...SETTINGS.sources, skip }, collectors: lists }
}

/** How one Waybill process is configured: read once at start, frozen. */
export type Settings = ValuesOf<ReturnType<typeof settingsTable>>
