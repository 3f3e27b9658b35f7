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

/** Log levels, most serious first; `silent` logs nothing. */
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Who may read the metrics. */
const METRICS_READERS = ['everyone', 'administrators'] as const

/** How command lines are kept. */
const COMMAND_LINES = ['redacted', 'omitted'] as const

const TENANT_LENGTH_MAX = 128
const ORIGIN_LENGTH_MAX = 64
const QUEUE_EVENTS_MAX = 200_000
const JOURNAL_BYTES_MAX = 4 * 1024 * 1024 * 1024
/** Room for one segment in use and one prepared ahead. */
const JOURNAL_BYTES_MIN = 64 * 1024 * 1024
const JOURNAL_BYTES_MAX_MAX = 1024 * 1024 * 1024 * 1024
const ADDRESS_CONNECTIONS_MAX = 1024
const ADDRESS_CONNECTIONS_MAX_MAX = 4096
const AGGREGATE_DAYS_MAX = 3660
const VERIFY_DAYS = 7
const VERIFY_DAYS_MAX = 366
const CHECKPOINT_SECONDS = 1
const CHECKPOINT_SECONDS_MAX = 3600
const TIME_STAMP_MINUTES = 60
const TIME_STAMP_MINUTES_MAX = 44_640
const WITNESS_SECONDS = 10
const WITNESS_SECONDS_MAX = 3600
const STATEMENT_MINUTES = 60
const STATEMENT_MINUTES_MAX = 10_080
const FRESH_LOGIN_SECONDS = 600
const FRESH_LOGIN_SECONDS_MAX = 604_800

/** The list of the collectors of one kind; the dialect defines the other fields of its groups. */
export interface CollectorList {
  /** The dialect that it reads. */
  readonly kind: string
  /** Key of the list, under `collectors`. */
  readonly key: string
  readonly list: SettingList<CollectorSettings>
}

/** The settings that collectors of all kinds have. */
type CollectorSettings = {
  readonly name: Setting<string>
  readonly tenant: Setting<string | undefined>
}

type CollectorLists = Readonly<Record<string, SettingList<CollectorSettings>>>

const NO_COLLECTORS: CollectorLists = {}

/**
 * The single table of all settings except the lists of collectors. Flags, environment variables,
 * the keys of the configuration file, `--help`, docs/reference/configuration.md and the type
 * `Settings` are derived from it.
 */
export const SETTINGS = {
  data: withDefault(
    path('DIR'),
    './data',
    'Directory for the ledger, its keys and `admin-token`. It is created when missing. Only one ' +
      'process at a time can use it.',
  ),
  listen: withDefault(
    listenAddress,
    '127.0.0.1:7480',
    'Address to listen on. Port 0 picks a free port. Put a TLS proxy in front before listening ' +
      'on anything but localhost.',
  ),
  store: optional(
    httpUrl,
    'the embedded engine',
    'URL of a ClickHouse server: `http://USER:PASSWORD@HOST:8123/DATABASE`. Pass a URL with a ' +
      'password by environment variable or file: other users of the machine can see command lines.',
  ),
  config: notInFile(optional(path('FILE'), 'no file is read', 'Configuration file, YAML or JSON.')),
  publicUrl: optional(
    baseUrl,
    'the URL of each request',
    'Base URL for links to this server, such as `https://logs.example.com`. Set it behind a ' +
      'proxy or when export notifications are sent by e-mail.',
  ),
  trustedProxies: optional(
    several(addressRange),
    'no proxy is trusted',
    'Addresses of the proxies in front of Waybill. The address, host and scheme of a client are ' +
      'read only from X-Forwarded headers that these proxies send.',
  ),
  logLevel: withDefault(
    oneOf('LEVEL', LOG_LEVELS),
    'info',
    'Least serious level that is logged. The log goes to standard error, one JSON object per line.',
  ),
  defaultTenant: withDefault(
    plainName(TENANT_LENGTH_MAX),
    'default',
    'Tenant of events and tokens that name none.',
  ),
  origin: optional(
    plainName(ORIGIN_LENGTH_MAX),
    'a generated name, kept in the data directory',
    "Name of this instance's ledger. It is fixed at the first start: another origin means " +
      'another ledger.',
  ),
  tenants: TENANTS,
  sources: {
    distribution: DISTRIBUTION,
    commandLines: withDefault(
      oneOf('MODE', COMMAND_LINES),
      'redacted',
      'How much is kept of commands that run in containers: `redacted` keeps them without the ' +
        'secrets found in them, `omitted` keeps only the name of the program. See ' +
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
        'no limit',
        "Longest range of Quay's aggregate routes, in days. Quay itself rejects more than 31.",
      ),
      exportStatus: withDefault(
        oneOf('STATUS', ['200', '201']),
        '200',
        'Status of an accepted export request: 200 as Quay sends it, or 201 as Quay documents it.',
      ),
      browserApiCallsXhrOnly: withDefault(
        yesOrNo,
        true,
        'Reject GET requests from browsers without the header `X-Requested-With: ' +
          'XMLHttpRequest`, as Quay does.',
      ),
      freshLoginSeconds: withDefault(
        wholeNumber(0, FRESH_LOGIN_SECONDS_MAX),
        FRESH_LOGIN_SECONDS,
        "How long after entering the password a browser session may read a superuser's logs, in " +
          "seconds. Quay's FRESH_LOGIN_TIMEOUT.",
      ),
    },
    containerStation: {
      timezoneOffset: withDefault(
        utcOffset,
        'Z',
        "Time zone of Container Station's clock, used for `ts`, `logintime` and the dates of its " +
          'CSV. The times of events are not affected.',
      ),
      errorStatus200: withDefault(
        yesOrNo,
        false,
        'Answer errors with HTTP status 200, as old versions of Container Station did; ' +
          '`error.code` tells the errors apart.',
      ),
    },
    hss: HSS_SETTINGS,
  },
  audit: {
    tokenUse: withDefault<boolean>(
      yesOrNo,
      true,
      'Record every use of a token as an event `token.use`. Requests that send events are ' +
        'counted per minute.',
    ),
    searches: withDefault<boolean>(
      yesOrNo,
      true,
      'Record every search as an event `log.search`: who asked what, and how many rows came back.',
    ),
  },
  metrics: {
    readers: withDefault(
      oneOf('READERS', METRICS_READERS),
      'everyone',
      'Who may read `/metrics`, whose figures cover all tenants: everyone who can reach the ' +
        'port, or tokens of installation administrators with the scope `ledger:read` or `admin`.',
    ),
  },
  exports: EXPORT_SETTINGS,
  collectors: NO_COLLECTORS,
  ledger: {
    acknowledge: optional(
      oneOf('MODE', ['journal', 'store']),
      '`journal`; with a ClickHouse server, `store`',
      'When events are acknowledged. `journal`: once they are in a file on this machine, from ' +
        'which they are copied to the store. `store`: once they are in the store too, so that ' +
        'losing the machine loses no acknowledged event.',
    ),
    publicName: optional(
      logName,
      '`waybill.invalid/` and the origin',
      'Name of the ledger in its checkpoints: a URL without a scheme, such as ' +
        '`logs.example.com/waybill`. It is fixed at the first start, because another name would ' +
        'be another log.',
    ),
    public: withDefault<boolean>(
      yesOrNo,
      false,
      'Whether checkpoints and hash tiles can be read without a token. They show the number of ' +
        'events and their times, but not their contents.',
    ),
    verifyDays: withDefault(
      wholeNumber(0, VERIFY_DAYS_MAX),
      VERIFY_DAYS,
      'Days between background comparisons of all stored events with the signed ledger. 0: only ' +
        'when `waybill verify` requests one.',
    ),
    statementMinutes: withDefault(
      wholeNumber(0, STATEMENT_MINUTES_MAX),
      STATEMENT_MINUTES,
      'Minutes between the events `ledger.statement`, which state how many events each tenant ' +
        'has and the root over them. 0: only when `waybill ledger statement` requests one.',
    ),
    checkpointFile: optional(
      path('FILE'),
      '`ledger/last-checkpoint` in the data directory',
      'File for the latest signed checkpoint. Keep it outside the data that backups restore, ' +
        'because it detects that an older copy was restored.',
    ),
    checkpointSeconds: withDefault(
      wholeNumber(1, CHECKPOINT_SECONDS_MAX),
      CHECKPOINT_SECONDS,
      'Seconds between two checkpoints while events arrive. Where a request waits for one, such ' +
        'as for the proof of a new event, the next one is made within a second.',
    ),
    policyFile: optional(
      path('FILE'),
      'no witnesses',
      'The witnesses that cosign checkpoints, as a file of C2SP tlog-policy: lines `witness NAME ' +
        'VKEY URL`, and `quorum NAME`.',
    ),
    timeStampUrl: optional(
      httpUrl,
      'no time stamps',
      'The authority that stamps checkpoints by RFC 3161. It sees a hash of each.',
    ),
    timeStampMinutes: withDefault(
      wholeNumber(1, TIME_STAMP_MINUTES_MAX),
      TIME_STAMP_MINUTES,
      'Minutes between two checkpoints that are stamped. None is while no events arrive.',
    ),
    witnessSeconds: withDefault(
      wholeNumber(1, WITNESS_SECONDS_MAX),
      WITNESS_SECONDS,
      'Seconds between two checkpoints that the witnesses are asked to cosign.',
    ),
  },
  journal: {
    bytesMax: withDefault(
      wholeNumber(JOURNAL_BYTES_MIN, JOURNAL_BYTES_MAX_MAX),
      JOURNAL_BYTES_MAX,
      'Most disk space for the journal, in bytes. It holds the events that the store does not ' +
        'have yet. When it is full because the store is down, events are rejected with 503 and ' +
        'Retry-After.',
    ),
  },
  limits: {
    queueEventsMax: withDefault(
      wholeNumber(1, 10_000_000),
      QUEUE_EVENTS_MAX,
      'Most events that wait to be accepted. Further events are rejected with 429 and Retry-After.',
    ),
    addressConnectionsMax: withDefault(
      wholeNumber(1, ADDRESS_CONNECTIONS_MAX_MAX),
      ADDRESS_CONNECTIONS_MAX,
      'Most open connections per address, out of 4,096 in total; further ones are closed at ' +
        'once. A /64 network counts as one IPv6 address. Connections from `trustedProxies` do ' +
        'not count: list the proxy there, or raise the limit for many clients behind one NAT.',
    ),
  },
} as const satisfies SettingTable

/** The whole table: `SETTINGS` and the lists of the collectors. */
export function settingsTable(collectors: readonly CollectorList[]) {
  const lists: CollectorLists = Object.fromEntries(collectors.map(({ key, list }) => [key, list]))
  const skip = skipRules(collectors.map(({ kind }) => kind))
  return { ...SETTINGS, sources: { ...SETTINGS.sources, skip }, collectors: lists }
}

/** The configuration of one Waybill process: read once at start, and frozen. */
export type Settings = ValuesOf<ReturnType<typeof settingsTable>>
