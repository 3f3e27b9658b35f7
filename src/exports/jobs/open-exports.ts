import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { RecordStore } from '../../access/records/record-store.ts'
import { openTable, type RecordTable } from '../../access/records/record-table.ts'
import { Fault } from '../../core/errors.ts'
import { OWN_ACTOR } from '../../core/event/event.ts'
import type { EventReader } from '../../core/query/query.ts'
import type { Clock } from '../../core/time/timestamp.ts'
import type { AuditTrail } from '../../ledger/audit-trail.ts'
import type { LedgerCheckpoints } from '../../ledger/checkpoint/ledger-checkpoints.ts'
import {
  CallbackRefusal,
  createCallbackPolicy,
  type Resolver,
  resolveCallback,
  systemResolver,
} from '../delivery/callback-target.ts'
import { createCourier } from '../delivery/courier.ts'
import { createLinkSigner, type LinkSigner } from '../delivery/export-link.ts'
import { createMailer, type Mailer } from '../delivery/mailer.ts'
import { evidenceArchive } from '../evidence/evidence-archive.ts'
import { ExportFiles, proofsOf } from '../export-files.ts'
import type { ExportForm } from '../export-form.ts'
import { type ExportRights, lostRight } from '../export-rights.ts'
import { EXPORTS_WAITING_MAX, FILES_BYTES_MAX, USER_EXPORTS_WAITING_MAX } from '../limits.ts'
import type { ExportDesk, ExportOrder } from './export-desk.ts'
import { ExportJob, isFinished } from './export-job.ts'
import { type ExportLog, ExportWorker } from './export-worker.ts'

/** Folder for the files, in the data directory. */
const FILES_FOLDER = 'exports'

/** The settings of exports (`exports.*`, `publicUrl`). */
interface ExportSettings {
  /** The beginning of links; when absent, that of the request for the export. */
  readonly publicUrl?: string | undefined
  /** Host names, addresses and blocks that callbacks may use although they are not public. */
  readonly allowedHosts?: readonly string[] | undefined
  /** How long a link lives, in seconds. */
  readonly linkSeconds: number
  /** Whether the proofs of its events are put next to each file. */
  readonly proofs?: boolean
  readonly smtpUrl?: string | undefined
  readonly mailFrom?: string | undefined
}

/** What exports need. */
export interface ExportsOptions {
  readonly settings: ExportSettings
  readonly forms: readonly ExportForm[]
  readonly dataDirectory: string
  /** The instance. Instances that share a store each run the exports requested from them. */
  readonly origin: string
  readonly records: RecordStore
  /** The key that links are signed with, from `readInstanceKey`. */
  readonly linkKey: Uint8Array
  readonly events: Pick<EventReader, 'stream'>
  /** What exported events are proven by; undefined while nothing is signed. */
  readonly checkpoints: LedgerCheckpoints | undefined
  readonly clock: Clock
  /** Checks rights again before each run and each delivery attempt. */
  readonly directory: ExportRights['directory']
  readonly audit: Pick<AuditTrail, 'record'>
  /** Default: the system's. */
  readonly resolver?: Resolver
}

/** The exports of one instance. */
export interface Exports {
  readonly desk: ExportDesk
  /** Runs exports until the signal aborts, beginning with those that a stop interrupted. */
  run(log: ExportLog, signal: AbortSignal): Promise<void>
}

/** Reads the exports of an instance; nothing runs before `run`. Throws `store.unavailable`. */
export async function openExports(options: ExportsOptions): Promise<Exports> {
  const { settings, records, events, clock, origin, resolver = systemResolver } = options
  const { linkSeconds } = settings
  const jobs = await openTable(records, {
    ...{ kind: 'export', schema: ExportJob },
    where: (job) => job.origin === origin,
  })
  const links = createLinkSigner(options.linkKey)
  const directory = join(options.dataDirectory, FILES_FOLDER)
  const files = new ExportFiles(directory)
  const forms = new Map(options.forms.map((form) => [form.name, form]))
  const policy = createCallbackPolicy(settings.allowedHosts ?? [])
  const mailer = mailerOf(settings)
  const courier = createCourier({ forms, links, linkSeconds, policy, resolver, mailer, clock })
  const lost = (job: ExportJob) => lostRight(job, { directory: options.directory, forms, clock })
  const worker = new ExportWorker({
    ...{ jobs, files, courier, events, forms, clock, linkSeconds },
    filesBytesMax: FILES_BYTES_MAX,
    lostRight: lost,
    proofs: settings.proofs === true ? { directory, checkpoints: options.checkpoints } : undefined,
    recordCanceled: (job, reason) => options.audit.record(cancelEvent(job, reason)),
  })
  const desk: ExportDesk = {
    canMail: mailer !== undefined,
    linkSeconds,
    async refusalOf(callbackUrl) {
      try {
        await resolveCallback(callbackUrl, policy, resolver)
        return undefined
      } catch (error) {
        if (error instanceof CallbackRefusal) return error.message
        throw error
      }
    },
    accept: acceptInto(jobs, {
      jobOf: (order) => newJob(order, { origin, clock, settings }),
      onAccepted: () => worker.wakeup.wake(),
    }),
    jobs: () =>
      jobs
        .all()
        .map((job) => ({ ...job, entries: worker.entriesOf(job.id) ?? job.entries }))
        .sort((left, right) => right.requestedMicros - left.requestedMicros),
    withProofs(lines) {
      const { checkpoints } = options
      if (checkpoints !== undefined) return evidenceArchive(lines, { checkpoints, directory })
      throw new Fault('ledger.read-only', { detail: 'nothing is signed, so nothing can be proven' })
    },
    async openProofs(id) {
      const job = jobs.all().find((one) => one.id === id)
      const isThere = job?.hasFile === true && job.proofBytes !== undefined
      if (!isThere || lost(job) !== undefined) return undefined
      return await files.read(proofsOf(job.fileName))
    },
    open: (fileName, token) => openFile({ fileName, token }, { jobs, files, links, clock }),
  }
  return { desk, run: (log, signal) => worker.run(log, signal) }
}

function cancelEvent(job: ExportJob, reason: string): Parameters<AuditTrail['record']>[0] {
  const { id, tenant, namespace, repository, requester } = job
  return {
    tenant,
    action: 'export.cancel',
    outcome: 'success',
    level: 'warn',
    actor: OWN_ACTOR,
    target: { type: 'export', id, namespace, ...(repository !== undefined && { repository }) },
    message: `an export was canceled: ${reason}`,
    details: { requester: requester.name, requesterId: requester.userId, reason },
  }
}

function mailerOf({ smtpUrl, mailFrom }: ExportSettings): Mailer | undefined {
  if (smtpUrl === undefined || mailFrom === undefined) return undefined
  return createMailer(smtpUrl, mailFrom)
}

function acceptInto(
  jobs: RecordTable<ExportJob>,
  parts: {
    readonly jobOf: (order: ExportOrder) => ExportJob
    readonly onAccepted: () => void
  },
): ExportDesk['accept'] {
  // Exports that are being announced count too, although they are not in the table yet.
  const coming = new Set<ExportJob>()
  return async (order, announce) => {
    const waiting = [...jobs.all().filter((job) => !isFinished(job)), ...coming]
    const ofTenant = waiting.filter(({ tenant }) => tenant === order.tenant)
    const ofUser = ofTenant.filter(({ requester }) => requester.userId === order.requester.userId)
    refuseOver(ofTenant.length, EXPORTS_WAITING_MAX, 'of this tenant')
    refuseOver(ofUser.length, USER_EXPORTS_WAITING_MAX, 'of this user')
    const job = parts.jobOf(order)
    coming.add(job)
    try {
      await announce(job.id)
      await jobs.put(job.id, job)
    } finally {
      coming.delete(job)
    }
    parts.onAccepted()
    return job.id
  }
}

interface JobSource {
  readonly origin: string
  readonly clock: Clock
  readonly settings: ExportSettings
}

function newJob(order: ExportOrder, { origin, clock, settings }: JobSource): ExportJob {
  const id = randomUUID()
  const nowMicros = clock()
  const { repository, callbackUrl, callbackEmail } = order
  const delivery = { status: 'waiting', attempts: 0, nextAttemptMicros: nowMicros } as const
  return {
    id,
    origin,
    form: order.form,
    tenant: order.tenant,
    namespace: order.namespace,
    ...(repository !== undefined && { repository }),
    fromMicros: order.fromMicros,
    toMicros: order.toMicros,
    requester: requesterOf(order),
    fileName: `${id}-${randomUUID()}`,
    linkBase: (settings.publicUrl ?? order.requestBase).replace(/\/+$/, ''),
    status: 'queued',
    requestedMicros: nowMicros,
    runs: 0,
    nextRunMicros: nowMicros,
    entries: 0,
    bytes: 0,
    hasFile: false,
    deliveries: [
      ...(callbackUrl ? [{ ...delivery, channel: 'callback' as const, to: callbackUrl }] : []),
      ...(callbackEmail ? [{ ...delivery, channel: 'email' as const, to: callbackEmail }] : []),
    ],
  }
}

function requesterOf({ requester }: ExportOrder): ExportJob['requester'] {
  const { userId, name, tokenId, scopes } = requester
  return { userId, name, tokenId, scopes: [...scopes] }
}

interface FileSource {
  readonly jobs: RecordTable<ExportJob>
  readonly files: ExportFiles
  readonly links: LinkSigner
  readonly clock: Clock
}

async function openFile(
  { fileName, token }: { readonly fileName: string; readonly token: string },
  { jobs, files, links, clock }: FileSource,
): ReturnType<ExportDesk['open']> {
  const state = links.check(fileName, token, clock() / 1_000_000)
  if (state === 'forged') return { state: 'missing' }
  if (state === 'expired') return { state }
  // The path comes from the record, never from the request.
  const job = jobs.all().find((one) => one.hasFile && one.fileName === fileName)
  const file = job === undefined ? undefined : await files.read(job.fileName)
  return file === undefined ? { state: 'missing' } : { state: 'open', ...file }
}

function refuseOver(waiting: number, waitingMax: number, whose: string): void {
  if (waiting < waitingMax) return
  throw new Fault('request.too-many', {
    detail: `${waitingMax} exports ${whose} are already waiting`,
  })
}
