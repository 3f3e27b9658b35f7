import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { readInstanceKey } from '../access/records/instance-key.ts'
import type { Settings } from '../config/settings.ts'
import type { SettingTable } from '../config/table/setting.ts'
import { programVersion } from '../config/version.ts'
import { createCursorCodec } from '../core/query/cursor.ts'
import { type Clock, createClock } from '../core/time/timestamp.ts'
import type { Dialect, DialectContext } from '../dialects/api/dialect.ts'
import type { InstanceFacts } from '../dialects/native/instance/instance-routes.ts'
import type { ExportForm } from '../exports/export-form.ts'
import { type Exports, openExports } from '../exports/jobs/open-exports.ts'
import { type AuditTrail, createAuditTrail, type OwnEvent } from '../ledger/audit-trail.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { openLedger } from '../ledger/open-ledger.ts'
import { SkippedEvents } from '../sources/skipped-events.ts'
import type { WebhookSource } from '../sources/source.ts'
import type { Store } from '../store/store.ts'
import { EMBEDDED_QUERIES, SERVER_QUERIES, STOP_MS_MAX, SWEEP_MS } from './http/limits.ts'
import { createServer } from './http/server.ts'
import { openAdministered } from './instance/first-administrator.ts'
import { readSecretKey } from './instance/instance-identity.ts'
import { ledgerSettings } from './instance/ledger-settings.ts'
import { makeDirectory } from './instance/make-directory.ts'
import { openAccess, openSignIn } from './instance/open-access.ts'
import {
  type OwnCheckpoints,
  type OwnCheckpointsOptions,
  openCheckpoints,
  recordFirstKey,
} from './instance/own-checkpoints.ts'
import { openOwnStore } from './instance/own-store.ts'
import { openVerifier } from './instance/own-verifier.ts'
import { filesOf, openPublication } from './instance/publication-files.ts'
import { recordSettings } from './instance/settings-record.ts'
import { openOtherLedgers } from './ledger/other-ledgers.ts'
import { openStatements } from './ledger/own-statements.ts'
import { recordPredecessor } from './ledger/predecessor.ts'
import type { PublishedLedger } from './observe/ledger-metrics.ts'
import { createMetrics, type Metrics } from './observe/metrics.ts'
import { createReadiness, type Readiness } from './observe/readiness.ts'
import { createTokenUses, type TokenUses } from './observe/token-uses.ts'
import { createFairReaders } from './reading/fair-reader.ts'
import { createReadableEvents } from './reading/readable-events.ts'
import { type BackgroundTask, startTasks } from './tasks/background-task.ts'
import { exportTask } from './tasks/export-task.ts'
import { ledgerTasksOf } from './tasks/ledger-tasks.ts'
import { sessionSweep } from './tasks/session-sweep.ts'
import { openWitnesses, readBack } from './witnesses/own-witnesses.ts'

/** The parts of a server; main.ts knows which ones exist. */
export interface ServerParts {
  /** The table that the settings were read by. */
  readonly settingsTable: SettingTable
  dialects(settings: Settings, facts: InstanceFacts): readonly Dialect[]
  /** @param skips the rules for events that are not recorded. */
  sources(settings: Settings, skips: SkippedEvents): readonly WebhookSource[]
  tasks(settings: Settings, skips: SkippedEvents): Promise<readonly BackgroundTask[]>
  /** The forms of exports. */
  exportForms(): readonly ExportForm[]
}

/** No permissions for group and others. */
const PRIVATE_UMASK = 0o077

/** Exit code of a process that a second signal ends. */
const CUT_OFF_EXIT_CODE = 130

/**
 * Runs a server until SIGTERM or SIGINT. Prints one line to standard output when it is ready;
 * resolves with the exit code once every acknowledged event is stored and the store is closed.
 */
export async function serve(settings: Settings, parts: ServerParts): Promise<number> {
  // New files are for this user only, even in a directory made by another: events, token hashes.
  process.umask(PRIVATE_UMASK)
  const stopSignal = firstStopSignal()
  const running = await start(settings, parts)
  const url = urlOf(running.server)
  process.stdout.write(`waybill ${programVersion()} ready ${url}\n`)
  await stopSignal
  await running.stop()
  return 0
}

interface Running {
  readonly server: FastifyInstance
  readonly stop: () => Promise<void>
}

async function start(settings: Settings, parts: ServerParts): Promise<Running> {
  const clock = createClock()
  await makeDirectory(settings.data)
  const { store, origin } = await openOwnStore(settings, clock)
  try {
    const secretKey = await readSecretKey(settings.data, store.records)
    return await startOn(store, { settings, parts, clock, origin, secretKey })
  } catch (error) {
    await store.close()
    throw error
  }
}

interface Plan {
  readonly settings: Settings
  readonly parts: ServerParts
  readonly clock: Clock
  readonly origin: string
  readonly secretKey: Buffer
}

async function startOn(store: Store, plan: Plan): Promise<Running> {
  const { settings, parts, clock, origin, secretKey } = plan
  // The server logs failures of the ledger, but is created after it.
  let log: FastifyBaseLogger | undefined
  const onTrouble = (error: unknown) => log?.error({ err: error }, 'ledger failed')
  const howKept = ledgerSettings(settings)
  const place = { settings, origin, records: store.records }
  const publication = await openPublication(place)
  const { last, readOnly, keys } = publication
  const witnessFile = filesOf(place).witnesses
  const witnesses = keys && (await openWitnesses({ settings, keys, file: witnessFile }))
  const ledger = await openLedger({
    origin,
    writer: store.writer,
    dataDirectory: settings.data,
    ...howKept,
    onTrouble,
    readOnly,
    cosigned: keys && witnesses && (await readBack(witnesses, last, keys)),
    ...(last !== undefined && { signed: { head: last, leaves: store.leaves } }),
  })
  const readiness = createReadiness({
    ...store.probes,
    hasRoom: () => ledger.status().hasRoom,
    refusedAtMs: () => ledger.status().refusedAtMs,
    isIndexFailing: () => ledger.status().behind.isFailing,
    readOnly: () => ledger.status().readOnly,
    needsStore: howKept.acknowledge === 'store',
  })
  const skips = new SkippedEvents(settings.sources.skip)
  const { server, context, exports, metrics, tokenUses, checkpoints } = await assemble({
    publication: { place, publication, witnesses, onTrouble },
    skips,
    settings,
    parts,
    clock,
    store,
    ledger,
    readiness,
    origin,
    secretKey,
  })
  log = server.log
  if (store.damagedParts.length > 0) {
    log.error({ parts: store.damagedParts }, 'damaged parts of the store are left out')
  }
  const { audit } = context
  const table = parts.settingsTable
  const settingsRecord = { settings, table, records: store.records, audit, origin, secretKey }
  await recordSettings(settingsRecord).catch((error: unknown) =>
    log?.error({ err: error }, 'settings could not be recorded; the next start tries again'),
  )
  const reportTo = { log, audit: context.audit, tenant: settings.defaultTenant }
  reportReadOnly(ledger, reportTo)
  await reportTornWrite(ledger, reportTo)
  await reportContradiction(ledger, reportTo)
  const ledgerTasks = ledgerTasksOf(settings, { witnesses, metrics })
  const ownTasks = [sessionSweep, exportTask(exports), ...ledgerTasks]
  const allTasks = [...(await parts.tasks(settings, skips)), ...ownTasks]
  await server.listen({ host: settings.listen.host, port: settings.listen.port })
  readiness.started()
  const tasks = startTasks(allTasks, { context, log: server.log, metrics })
  return {
    server,
    async stop() {
      readiness.stopping()
      // Last requests may query an engine, which may call Waybill's plugin, which is a task.
      await closeServer(server)
      await tasks.stop()
      await tokenUses?.close()
      await ledger.close()
      await checkpoints?.close()
      await store.close()
    },
  }
}

interface ReportTo {
  readonly log: FastifyBaseLogger
  readonly audit: AuditTrail
  readonly tenant: string
}

function reportReadOnly(ledger: Ledger, { log }: ReportTo): void {
  const { readOnly } = ledger.status()
  if (readOnly === undefined) return
  log.error({ readOnly }, 'the ledger is read-only: it accepts no events and signs nothing')
}

/** A torn write was never acknowledged, but is recorded nevertheless. */
async function reportTornWrite(ledger: Ledger, to: ReportTo): Promise<void> {
  if (!ledger.status().wasTorn) return
  const message = 'a crash interrupted the last write to the journal, which was not acknowledged'
  to.log.warn(message)
  await record(to, { action: 'ledger.repair', outcome: 'success', level: 'warn', message })
}

/** A contradiction does not stop the service: it is logged, and recorded as an event. */
async function reportContradiction(ledger: Ledger, to: ReportTo): Promise<void> {
  const { contradiction } = ledger.status()
  if (contradiction === undefined) return
  to.log.error({ contradiction }, 'stored events do not match the ledger')
  const message = `the stored events do not match the ledger: ${contradiction}`
  await record(to, { action: 'ledger.contradiction', outcome: 'failure', level: 'error', message })
}

async function record(
  { audit, tenant, log }: ReportTo,
  finding: Pick<OwnEvent, 'action' | 'outcome' | 'level' | 'message'>,
): Promise<void> {
  try {
    await audit.record({ tenant, actor: null, ...finding })
  } catch (error) {
    log.error({ err: error }, 'a finding at start could not be recorded as an event')
  }
}

interface Assembly {
  readonly publication: Pick<
    OwnCheckpointsOptions,
    'place' | 'publication' | 'witnesses' | 'onTrouble'
  >
  readonly skips: SkippedEvents
  readonly settings: Settings
  readonly parts: ServerParts
  readonly clock: Clock
  readonly store: Store
  readonly ledger: Ledger
  readonly readiness: Readiness
  readonly origin: string
  readonly secretKey: Buffer
}

interface Assembled {
  readonly server: FastifyInstance
  readonly context: DialectContext
  readonly exports: Exports
  readonly metrics: Metrics
  readonly tokenUses: TokenUses | undefined
  readonly checkpoints: OwnCheckpoints | undefined
}

async function assemble(assembly: Assembly): Promise<Assembled> {
  const { settings, parts, clock, store, ledger, readiness, origin, secretKey, skips } = assembly
  const { defaultTenant } = settings
  const { records } = store
  const queries = settings.store === undefined ? EMBEDDED_QUERIES : SERVER_QUERIES
  const readable = createReadableEvents(store.reader, () => ledger.whenReadable())
  const readers = createFairReaders(readable, queries)
  const events = readers.own
  const metrics = createMetrics(ledger)
  const append = metrics.measured(ledger.append)
  const audit = createAuditTrail({ append, origin, clock })
  const own = { ...assembly.publication, ledger, leaves: store.leaves, tenant: defaultTenant }
  const intervalMs = settings.ledger.checkpointSeconds * 1000
  const checkpoints = openCheckpoints({ ...own, audit, intervalMs })
  await recordPredecessor({ ...own, audit })
  await recordFirstKey({ ...own, audit })
  const checks = await openChecks(store, { ...own, origin, audit, append, clock, checkpoints })
  const { directory, accessKeys, savedSearches, administration, secretBox } =
    await openAdministered(() => openAccess({ ...assembly, records, events, audit }), {
      records,
      origin,
      dataDirectory: settings.data,
    })
  const exports = await openExports({
    settings: { publicUrl: settings.publicUrl, ...settings.exports },
    forms: parts.exportForms(),
    dataDirectory: settings.data,
    linkKey: await readInstanceKey(records, secretKey, 'export-link-key'),
    ...{ origin, clock, records, events, directory, audit, checkpoints },
  })
  metrics.watchExports(exports.desk.jobs)
  metrics.watchPublished({ ...shownOf(checkpoints), ...checks })
  metrics.watchSkipped(() => skips.counts())
  const context: DialectContext = {
    readers,
    ledger: { ...ledger, append },
    ...{ checkpoints, otherLedger: openOtherLedgers(store) },
    ...checks,
    audit,
    records,
    directory,
    administration,
    accessKeys,
    savedSearches,
    ...(await openSignIn({ records, directory, clock, defaultTenant, record: audit.record })),
    secretBox,
    exports: exports.desk,
    cursors: createCursorCodec(await readInstanceKey(records, secretKey, 'cursor-key')),
    clock,
    defaultTenant,
  }
  const facts = {
    version: programVersion(),
    startedMicros: clock(),
    storeSize: () => store.size(),
    isLedgerPublic: settings.ledger.public,
    recordsSearches: settings.audit.searches,
    skipped: () => skips.counts(),
  }
  const tokenUses = settings.audit.tokenUse
    ? createTokenUses({ append, origin, clock, defaultTenant })
    : undefined
  const server = createServer({
    context,
    tokenUses,
    dialects: parts.dialects(settings, facts),
    sources: parts.sources(settings, skips),
    readiness,
    metrics,
    hasPrivateMetrics: settings.metrics.readers === 'administrators',
    version: facts.version,
    logLevel: settings.logLevel,
    trustedProxies: settings.trustedProxies,
    addressConnectionsMax: settings.limits.addressConnectionsMax,
  })
  return { server, context, exports, metrics, tokenUses, checkpoints }
}

/** What the metrics show of the checkpoints. */
function shownOf(checkpoints: OwnCheckpoints | undefined): Shown {
  return {
    checkpointSize: () => checkpoints?.latest()?.size ?? 0,
    witnessedSize: () => checkpoints?.witnessed()?.size ?? 0,
    witnesses: () => checkpoints?.witnesses() ?? [],
    isFailing: () => checkpoints?.isFailing() ?? false,
  }
}

type Shown = Omit<PublishedLedger, 'verifier' | 'statements'>

/** What compares the stored events with the ledger, and states them; nothing while read-only. */
async function openChecks(
  { records, tenantLeaves }: Store,
  { checkpoints, ...options }: CheckOptions,
): Promise<Pick<DialectContext, 'verifier' | 'statements'>> {
  if (checkpoints === undefined) return { verifier: undefined, statements: undefined }
  return {
    verifier: await openVerifier(records, { ...options, tenantLeaves, checkpoints }),
    statements: await openStatements(records, { ...options, leaves: tenantLeaves, checkpoints }),
  }
}

type CheckOptions = Omit<Parameters<typeof openVerifier>[1], 'checkpoints' | 'tenantLeaves'> &
  Pick<Parameters<typeof openStatements>[1], 'append' | 'ledger'> & {
    readonly checkpoints: OwnCheckpoints | undefined
  }

/** Stops listening and finishes requests in progress; aborts them after `STOP_MS_MAX`. */
async function closeServer(server: FastifyInstance): Promise<void> {
  const cutOff = setTimeout(() => server.server.closeAllConnections(), STOP_MS_MAX)
  // Clients keep connections open after the last answer, so close them here.
  const sweep = setInterval(() => server.server.closeIdleConnections(), SWEEP_MS)
  await server.close()
  clearInterval(sweep)
  clearTimeout(cutOff)
}

/** The first signal stops the process gracefully; the second one ends it at once. */
async function firstStopSignal(): Promise<void> {
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  const cutOff = () => process.exit(CUT_OFF_EXIT_CODE)
  process.once('SIGTERM', cutOff)
  process.once('SIGINT', cutOff)
}

function urlOf(server: FastifyInstance): string {
  const { address, family, port } = server.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
