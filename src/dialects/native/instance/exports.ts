import { Type } from 'typebox'
import type { Principal, Role } from '../../../access/directory/principal.ts'
import { Fault } from '../../../core/errors.ts'
import { formatTimestamp } from '../../../core/time/timestamp.ts'
import type { Delivery, ExportJob } from '../../../exports/jobs/export-job.ts'
import { CHANNELS, DELIVERY_STATUSES, EXPORT_STATUSES } from '../../../exports/jobs/export-job.ts'
import { authenticated, principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { problemAnswers } from '../../api/problems/problem-answers.ts'
import { requireLedgerReader } from '../ledger/ledger-readers.ts'
import type { NativeScope } from '../native-scope.ts'

/** Roles that see the exports of their whole tenant; other users see only their own. */
const ROLES_THAT_SEE_ALL: readonly Role[] = ['administrator', 'auditor']

const Time = Type.String({ format: 'date-time' })

const ShownExport = Type.Object(
  {
    id: Type.String(),
    tenant: Type.String(),
    namespace: Type.String(),
    repository: Type.Optional(Type.String()),
    from: Time,
    to: Type.String({ format: 'date-time', description: 'Exclusive' }),
    requestedBy: Type.String(),
    status: Type.Enum(EXPORT_STATUSES),
    entries: Type.Integer({ description: 'Written so far' }),
    bytes: Type.Optional(Type.Integer({ description: 'Size of the file' })),
    runs: Type.Integer({ description: 'How often it was started' }),
    problem: Type.Optional(Type.String({ description: 'Why the latest run failed' })),
    requestedAt: Time,
    startedAt: Type.Optional(Time),
    finishedAt: Type.Optional(Time),
    hasFile: Type.Boolean({ description: 'Whether the file can still be fetched' }),
    proofs: Type.Optional(
      Type.Object(
        { path: Type.String(), bytes: Type.Integer() },
        { description: 'Where the proofs of the events in the file are; see `exports.proofs`' },
      ),
    ),
    deliveries: Type.Array(
      Type.Object({
        channel: Type.Enum(CHANNELS),
        to: Type.String(),
        status: Type.Enum(DELIVERY_STATUSES),
        attempts: Type.Integer(),
        nextAttemptAt: Type.Optional(Time),
        deliveredAt: Type.Optional(Time),
        problem: Type.Optional(Type.String({ description: 'Why the last attempt failed' })),
      }),
    ),
  },
  { title: 'Export', description: 'The status of the export' },
)

/** `GET /v1/exports` and `/v1/exports/{id}`: the status of this instance's exports. */
export function registerExports(
  scope: NativeScope,
  context: DialectContext,
  isLedgerPublic: boolean,
): void {
  // A token that may request an export in a vendor's API may also see its status.
  const onRequest = authenticated(context.directory, {
    scopes: ['admin', 'events:read', 'user:admin', 'org:admin', 'repo:admin'],
  })
  const visible = (principal: Principal) =>
    context.exports.jobs().filter((job) => maySee(principal, job))
  const listed = {
    operationId: 'listExports',
    summary: 'List the exports, latest first',
    response: {
      200: Type.Object(
        { exports: Type.Array(ShownExport) },
        { description: 'The exports that the caller may see' },
      ),
    },
  }
  scope.get('/v1/exports', { schema: listed, onRequest }, async (request) => ({
    exports: visible(principalOf(request)).map(shown),
  }))
  const one = {
    operationId: 'getExport',
    summary: 'The status of an export',
    params: Type.Object({ id: Type.String({ description: 'Id of the export' }) }),
    response: { 200: ShownExport },
  }
  scope.get('/v1/exports/:id', { schema: one, onRequest }, async (request) => {
    const job = visible(principalOf(request)).find(({ id }) => id === request.params.id)
    if (job === undefined) throw new Fault('resource.missing')
    return shown(job)
  })
  const proofs = {
    operationId: 'getExportProofs',
    summary: 'What proves the events in the file of an export',
    description:
      'A tar archive in the layout of C2SP tlog-tiles with the same events, as ' +
      '`GET /v1/events/export?proof=1` makes it. It is there if `exports.proofs` was set when ' +
      'the export ran. Needs the scope `ledger:read` too.',
    params: Type.Object({ id: Type.String({ description: 'Id of the export' }) }),
    answers: {
      200: {
        description: 'The archive',
        content: { 'application/x-tar': Type.String({ format: 'binary' }) },
      },
      ...problemAnswers([404]),
    },
  }
  const proofOptions = { schema: proofs, onRequest, exposeHeadRoute: false }
  scope.get('/v1/exports/:id/proofs', proofOptions, async (request, reply) => {
    const principal = principalOf(request)
    requireLedgerReader(principal, isLedgerPublic)
    const job = visible(principal).find(({ id }) => id === request.params.id)
    const file = job === undefined ? undefined : await context.exports.openProofs(job.id)
    if (file === undefined) throw new Fault('resource.missing')
    return reply
      .header('Content-Type', 'application/x-tar')
      .header('Content-Length', file.bytes)
      .header('Cache-Control', 'no-store, no-transform')
      .header('Content-Disposition', `attachment; filename="export-${request.params.id}.tar"`)
      .send(file.content)
  })
}

function maySee({ tenant, userId, roles }: Principal, job: ExportJob): boolean {
  if (tenant !== null && tenant !== job.tenant) return false
  return job.requester.userId === userId || roles.some((role) => ROLES_THAT_SEE_ALL.includes(role))
}

type Shown = Type.Static<typeof ShownExport>

function shown(job: ExportJob): Shown {
  const { startedMicros, finishedMicros, repository, problem } = job
  return {
    id: job.id,
    tenant: job.tenant,
    namespace: job.namespace,
    ...(repository !== undefined && { repository }),
    from: formatTimestamp(job.fromMicros),
    to: formatTimestamp(job.toMicros),
    requestedBy: job.requester.name,
    status: job.status,
    entries: job.entries,
    ...(job.status === 'success' && { bytes: job.bytes }),
    runs: job.runs,
    ...(problem !== undefined && { problem }),
    requestedAt: formatTimestamp(job.requestedMicros),
    ...(startedMicros !== undefined && { startedAt: formatTimestamp(startedMicros) }),
    ...(finishedMicros !== undefined && { finishedAt: formatTimestamp(finishedMicros) }),
    hasFile: job.hasFile,
    ...(job.hasFile &&
      job.proofBytes !== undefined && {
        proofs: { path: `/v1/exports/${job.id}/proofs`, bytes: job.proofBytes },
      }),
    deliveries: job.deliveries.map((delivery) => shownDelivery(delivery, job)),
  }
}

function shownDelivery(delivery: Delivery, { finishedMicros }: ExportJob): Shown['deliveries'][0] {
  const { channel, to, status, attempts, deliveredMicros, problem, nextAttemptMicros } = delivery
  const isPlanned = status === 'waiting' && finishedMicros !== undefined
  return {
    ...{ channel, to, status, attempts },
    ...(isPlanned && { nextAttemptAt: formatTimestamp(nextAttemptMicros) }),
    ...(deliveredMicros !== undefined && { deliveredAt: formatTimestamp(deliveredMicros) }),
    ...(problem !== undefined && { problem }),
  }
}
