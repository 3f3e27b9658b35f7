import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../../../access/directory/principal.ts'
import { requestContext } from '../../api/request-context.ts'
import { sendJson } from '../api/json.ts'
import type { QuayServices } from '../api/services.ts'
import { readLogParameters, type SubjectKind } from '../parameters.ts'
import type { LogSubject } from '../selection.ts'
import { aggregateLogs } from './aggregate-logs.ts'
import { requireKnown } from './existence.ts'
import { listLogs } from './list-logs.ts'

/** What can be asked of a log; one segment of a path. */
export interface LogOperation {
  readonly method: 'GET' | 'POST'
  /** Whose it can be asked of; absent: of all. */
  readonly subjectKinds?: readonly SubjectKind[]
  /** Whether `answer` itself looks at the rights of the sender, at a place of its own. */
  readonly checksRights?: true
  readonly answer: (call: LogCall, services: QuayServices) => Promise<FastifyReply>
}

/** A request for a log that its sender may read, unless the operation `checksRights`. */
export interface LogCall {
  readonly subjectKind: SubjectKind
  readonly subject: LogSubject
  readonly principal: Principal
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** `logs`: the entries, newest first, page by page. */
export const LIST_LOGS: LogOperation = {
  method: 'GET',
  async answer(call, { context }) {
    const asked = requestContext(context, call.request)
    const page = await listLogs(call.subject, parametersOf(call), asked)
    if (page.logs.length === 0) await requireKnown(call.subject, call.principal, asked)
    return sendJson(call.reply, { ...page })
  },
}

/** `aggregatelogs`: counts by day and kind. */
export const AGGREGATE_LOGS: LogOperation = {
  method: 'GET',
  async answer(call, { context, settings }) {
    const asked = requestContext(context, call.request)
    const { aggregateDaysMax } = settings
    const aggregate = await aggregateLogs(call.subject, parametersOf(call), asked, aggregateDaysMax)
    const isEmpty = aggregate.aggregated.length === 0
    if (isEmpty) await requireKnown(call.subject, call.principal, asked)
    return sendJson(call.reply, { ...aggregate })
  },
}

/** The log of one repository has no `performer`: Quay ignores it there. */
function parametersOf({ subject, request }: LogCall) {
  const parameters = readLogParameters(request.query)
  return subject.repository === undefined ? parameters : { ...parameters, performer: undefined }
}
