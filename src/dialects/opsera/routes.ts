import type { FastifyReply, FastifyRequest } from 'fastify'
import { visibleEvents } from '../../access/directory/visibility.ts'
import type { Route } from '../api/api.ts'
import type { DialectContext } from '../api/dialect.ts'
import { requestContext } from '../api/request-context.ts'
import { logDescription } from './api/description.ts'
import { sendJson } from './api/json.ts'
import { type Access, AUDIT_ACCESS, authorize, VERSION_ONE_ACCESS } from './credentials.ts'
import { listLog } from './log/list-log.ts'
import { type LogQuestion, readAuditParameters, readVersionOne } from './parameters.ts'
import { presenterOf } from './present.ts'
import { type LogName, logFilter } from './selection.ts'

/** What the routes work with. */
export interface LogServices {
  readonly context: DialectContext
  /** What clients call a tenant. */
  readonly account: (tenant: string) => string
}

interface LogRoute {
  readonly path: string
  readonly log: LogName
  readonly access: Access
  /** @throws ApiError 400, 422. */
  readonly read: (query: unknown, nowMicros: number) => LogQuestion
}

const LOGS: readonly LogRoute[] = [
  {
    path: '/api/v1/logs/user/actions',
    log: 'actions',
    access: VERSION_ONE_ACCESS,
    read: (query, nowMicros) =>
      readVersionOne(query, { filter: 'type', allTime: false }, nowMicros),
  },
  {
    path: '/api/v1/logs/user/tokens',
    log: 'tokens',
    access: VERSION_ONE_ACCESS,
    read: (query, nowMicros) =>
      readVersionOne(query, { filter: 'scope', allTime: false }, nowMicros),
  },
  {
    path: '/api/v1/logs/pipelines',
    log: 'pipelines',
    access: VERSION_ONE_ACCESS,
    read: (query, nowMicros) => readVersionOne(query, { filter: 'type', allTime: true }, nowMicros),
  },
  {
    path: '/api/v2/logs/audit/user',
    log: 'audit',
    access: AUDIT_ACCESS,
    read: readAuditParameters,
  },
]

/** The four logs, with a slash at the end and without. */
export const OPSERA_ROUTES: readonly Route<LogServices>[] = LOGS.flatMap((route) =>
  [route.path, `${route.path}/`].map((path) => ({
    method: 'GET',
    path,
    describes: logDescription(route.log),
    answer: (request, reply, services) => answerLog(route, { request, reply }, services),
  })),
)

async function answerLog(
  { log, access, read }: LogRoute,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { context, account }: LogServices,
): Promise<FastifyReply> {
  const principal = authorize(request, context, access)
  const { events } = requestContext(context, request)
  const question = read(request.query, context.clock())
  const filter = logFilter(log, question, {
    visibility: visibleEvents(principal),
    // An account is one tenant: who belongs to none asks in that of the installation.
    tenant: principal.tenant ?? context.defaultTenant,
    directory: context.directory,
  })
  const answer = await listLog(filter, question, { events, present: presenterOf(log, account) })
  return sendJson(reply, { ...answer })
}
