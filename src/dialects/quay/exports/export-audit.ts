import type { FastifyRequest } from 'fastify'
import { actorOf, type Principal } from '../../../access/directory/principal.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import { redactText } from '../../../core/redaction/redact.ts'
import { recordableText } from '../../../core/values/recordable-text.ts'
import { clientOf } from '../../api/request-client.ts'
import type { RequestContext } from '../../api/request-context.ts'
import { isKnown } from '../log/existence.ts'
import type { LogSubject } from '../selection.ts'
import type { ExportBody } from './export-request.ts'

/** Longest text of a request that is repeated in an event, in characters. */
const TEXT_LENGTH_MAX = 2048

/** A request for an export, as far as it was understood. */
export interface ExportAttempt {
  readonly subject: LogSubject
  readonly principal: Principal
  readonly request: FastifyRequest
  /** Undefined when it was not read. */
  readonly body: ExportBody | undefined
}

/** Why an export was refused. */
export interface RefusedExport {
  /** In Quay's words. */
  readonly error: string
  /** Whether the caller lacks the right, rather than the request being invalid. */
  readonly isDenied: boolean
}

type Sources = Pick<RequestContext, 'audit' | 'clock' | 'events' | 'directory'>

/** Records that an export was queued, in the log that it exports. */
export async function recordExport(
  attempt: ExportAttempt,
  exportId: string,
  { audit, clock }: Sources,
): Promise<void> {
  const { tenant, namespace, repository } = attempt.subject
  await audit.record({
    ...commonFields(attempt),
    tenant,
    nativeAction: 'export_logs_success',
    outcome: 'success',
    target: { namespace, ...(repository !== undefined && { repository }) },
    details: {
      'date/time': secondsOf(clock()),
      export_id: exportId,
      message: 'queued for export',
      ...receiversOf(attempt),
    },
  })
}

/**
 * Records that an export was refused, in the namespace of its log. Names of an unknown namespace or
 * repository stay in the details, because an event with them would make them known.
 */
export async function recordRefusedExport(
  attempt: ExportAttempt,
  refusal: RefusedExport,
  sources: Sources,
): Promise<void> {
  const { subject, principal } = attempt
  const { tenant, namespace } = subject
  const isOwn = namespace === principal.name
  const isNamed = isOwn || (await isKnown({ tenant, namespace }, sources))
  await sources.audit.record({
    ...commonFields(attempt),
    tenant,
    nativeAction: 'export_logs_failure',
    outcome: refusal.isDenied ? 'denied' : 'failure',
    level: 'warn',
    ...(isNamed && { target: { namespace } }),
    details: {
      'date/time': secondsOf(sources.clock()),
      error: repeated(refusal.error),
      ...(isNamed ? {} : { namespace: repeated(namespace) }),
      ...receiversOf(attempt),
    },
  })
}

function commonFields({ principal, request }: ExportAttempt) {
  return { action: 'export.request', actor: actorOf(principal), client: clientOf(request) }
}

/** Quay's pages read both keys, so they are present without a value too. */
function receiversOf({ subject, body }: ExportAttempt): JsonObject {
  const { callbackUrl, callbackEmail } = body ?? {}
  return {
    url: callbackUrl === undefined ? null : repeated(redactText(callbackUrl)),
    email: callbackEmail === undefined ? null : repeated(callbackEmail),
    ...(subject.repository !== undefined && { repo: repeated(subject.repository) }),
  }
}

function repeated(text: string): string {
  return recordableText(text, TEXT_LENGTH_MAX)
}

function secondsOf(micros: number): number {
  return Math.floor(micros / 1_000_000)
}
