import type { FastifyInstance } from 'fastify'
import { visibleEvents } from '../../access/directory/visibility.ts'
import type { DialectContext } from '../api/dialect.ts'
import { refuseOtherMethods, watchRoutes } from '../api/other-methods.ts'
import { requestContext } from '../api/request-context.ts'
import { logDescription } from './api/description.ts'
import { sendJson } from './api/json.ts'
import { type Access, AUDIT_ACCESS, authorize, VERSION_ONE_ACCESS } from './credentials.ts'
import { wrongMethod } from './errors.ts'
import { listLog } from './log/list-log.ts'
import { type LogQuestion, readAuditParameters, readVersionOne } from './parameters.ts'
import { presenterOf } from './present.ts'
import { type LogName, logFilter } from './selection.ts'

interface Route {
  readonly url: string
  readonly log: LogName
  readonly access: Access
  /** @throws OpseraError 400, 422. */
  readonly read: (query: unknown, nowMicros: number) => LogQuestion
}

const ROUTES: readonly Route[] = [
  {
    url: '/api/v1/logs/user/actions',
    log: 'actions',
    access: VERSION_ONE_ACCESS,
    read: (query, nowMicros) =>
      readVersionOne(query, { filter: 'type', allTime: false }, nowMicros),
  },
  {
    url: '/api/v1/logs/user/tokens',
    log: 'tokens',
    access: VERSION_ONE_ACCESS,
    read: (query, nowMicros) =>
      readVersionOne(query, { filter: 'scope', allTime: false }, nowMicros),
  },
  {
    url: '/api/v1/logs/pipelines',
    log: 'pipelines',
    access: VERSION_ONE_ACCESS,
    read: (query, nowMicros) => readVersionOne(query, { filter: 'type', allTime: true }, nowMicros),
  },
  {
    url: '/api/v2/logs/audit/user',
    log: 'audit',
    access: AUDIT_ACCESS,
    read: readAuditParameters,
  },
]

/**
 * The four logs, with a slash at the end and without.
 *
 * @param account what clients call a tenant.
 */
export function logRoutes(
  scope: FastifyInstance,
  context: DialectContext,
  account: (tenant: string) => string,
): void {
  const methodsOf = watchRoutes(scope)
  for (const { url, log, access, read } of ROUTES) {
    const present = presenterOf(log, account)
    for (const path of [url, `${url}/`]) {
      scope.get(path, { config: { operations: [logDescription(log)] } }, async (request, reply) => {
        const principal = authorize(request, context, access)
        const { events } = requestContext(context, request)
        const question = read(request.query, context.clock())
        const filter = logFilter(log, question, {
          visibility: visibleEvents(principal),
          // An account is one tenant: who belongs to none asks in that of the installation.
          tenant: principal.tenant ?? context.defaultTenant,
          directory: context.directory,
        })
        const answer = await listLog(filter, question, { events, present })
        return sendJson(reply, { ...answer })
      })
    }
  }
  refuseOtherMethods(scope, methodsOf, { refusal: wrongMethod })
}
