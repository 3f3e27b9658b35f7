import type { FastifyReply } from 'fastify'
import { Fault } from '../../../core/errors.ts'
import { isMailAddress } from '../../../exports/delivery/mailer.ts'
import type { ExportOrder } from '../../../exports/jobs/export-desk.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { type RequestContext, requestContext } from '../../api/request-context.ts'
import { sendJson } from '../api/json.ts'
import { isAllowed } from '../credentials.ts'
import { problem, QuayError } from '../errors.ts'
import { isKnown, requireKnown } from '../log/existence.ts'
import type { LogCall, LogOperation } from '../log/operations.ts'
import { DAY_MICROS, readTimeRange, type TimeRange } from '../log/time-range.ts'
import { readLogParameters } from '../parameters.ts'
import { type RefusedExport, recordExport, recordRefusedExport } from './export-audit.ts'
import { QUAY_EXPORT } from './export-document.ts'
import { type ExportBody, readExportBody } from './export-request.ts'

/** `exportlogs`: has the entries of whole days written to a file, and tells where it is. */
export const EXPORT_LOGS: LogOperation = {
  method: 'POST',
  checksRights: true,
  answer: (call, { context, settings }) =>
    answerExport(
      call,
      requestContext(context, call.request),
      settings.exportStatus === '201' ? 201 : 200,
    ),
}

/** What is recorded, in Quay's words: a request that a known caller sent in a readable form. */
async function answerExport(
  call: LogCall,
  context: RequestContext,
  status: number,
): Promise<FastifyReply> {
  const { principal, subject, subjectKind, request } = call
  const isAllowedTo = isAllowed(principal, subjectKind, subject, 'export')
  // Quay looks at the right on an organization only once it has read the body.
  if (subjectKind !== 'organization' && !isAllowedTo) {
    await recordRefusedExport({ ...call, body: undefined }, UNAUTHORIZED, context)
    throw problem('insufficient_scope')
  }
  const attempt = { ...call, body: readExportBody(request.headers['content-type'], request.body) }
  try {
    if (!isAllowedTo) throw problem('insufficient_scope')
    const order = await checkOrder(call, attempt.body, context)
    const exportId = await context.exports.accept(order, (id) => recordExport(attempt, id, context))
    return sendJson(call.reply.code(status), { export_id: exportId })
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal !== undefined) await recordRefusedExport(attempt, refusal, context)
    throw error
  }
}

/** The rest of what is checked, in Quay's order. Without a receiver the file is of no use. */
async function checkOrder(
  { principal, subject, subjectKind, request }: LogCall,
  body: ExportBody,
  context: RequestContext,
): Promise<ExportOrder> {
  const { tenant, namespace, repository } = subject
  const { callbackUrl, callbackEmail } = body
  if (repository !== undefined) await requireKnown(subject, principal, context)
  if (callbackUrl !== undefined) await checkCallbackUrl(callbackUrl, context)
  if (callbackEmail !== undefined) checkCallbackEmail(callbackEmail, context)
  const range = readDays(request.query, body, context.clock())
  const isOwn = namespace === principal.name
  if (subjectKind === 'organization' && !isOwn && !(await isKnown(subject, context))) {
    throw problem('invalid_request', 'Invalid export request')
  }
  if (callbackUrl === undefined && callbackEmail === undefined) throw noReceiver()
  return {
    form: QUAY_EXPORT,
    ...{ tenant, namespace, repository, callbackUrl, callbackEmail },
    fromMicros: range.startMicros,
    toMicros: range.endMicros,
    requester: principal,
    requestBase: `${request.protocol}://${request.host}`,
  }
}

function noReceiver(): QuayError {
  return problem('invalid_request', 'Either callback_url or callback_email is required')
}

async function checkCallbackUrl(url: string, { exports }: DialectContext): Promise<void> {
  const refusal = await exports.refusalOf(url)
  if (refusal !== undefined) throw problem('invalid_request', refusal)
}

function checkCallbackEmail(email: string, { exports }: DialectContext): void {
  if (!isMailAddress(email)) throw problem('invalid_request', 'Invalid callback e-mail')
  if (exports.canMail) return
  throw problem(
    'invalid_request',
    'No mail server is configured here, so callback_email cannot be used',
  )
}

/**
 * The whole days of a request, by its query or else its body. What Quay defaults to has a time of
 * day, which it then drops: without dates an export is of yesterday and today.
 */
function readDays(query: unknown, body: ExportBody, nowMicros: number): TimeRange {
  const { dates } = readLogParameters(query)
  const range = readTimeRange(
    {
      starttime: dates.starttime ?? body.dates.starttime,
      endtime: dates.endtime ?? body.dates.endtime,
    },
    nowMicros,
    'empty',
  )
  if (range.endMicros < range.startMicros) {
    throw problem('invalid_request', INVERTED)
  }
  return {
    startMicros: dayStart(range.startMicros),
    endMicros: dayStart(range.endMicros),
  }
}

/** The last day that four digits of a year can write. No event is that late. */
const LAST_DAY_MICROS = Date.UTC(9999, 11, 31) * 1000

function dayStart(micros: number): number {
  return Math.min(LAST_DAY_MICROS, Math.floor(micros / DAY_MICROS) * DAY_MICROS)
}

/** What an export is refused for when it ends before it starts. */
const INVERTED = 'Invalid time span selected'
/** What Quay records of a request by a caller without the right. */
const UNAUTHORIZED = { error: 'unauthorized', isDenied: true }

/** What is recorded of a refusal, as Quay words it; undefined for trouble of Waybill's own. */
function refusalOf(error: unknown): RefusedExport | undefined {
  if (error instanceof QuayError) {
    if (error.status === 403) return UNAUTHORIZED
    if (error.status === 404) return { error: 'non-existent repository', isDenied: false }
    const isInverted = error.message === INVERTED
    return { error: isInverted ? INVERTED : 'invalid request', isDenied: false }
  }
  const isTooMany = error instanceof Fault && error.code === 'request.too-many'
  return isTooMany ? { error: error.message, isDenied: false } : undefined
}
