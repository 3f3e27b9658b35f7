import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../../access/principal.ts'
import type { DialectContext } from '../dialect.ts'
import { authenticate, authorize } from './credentials.ts'
import { ERROR_TYPES, errorUrl, isErrorType, problem, wrongMethod } from './errors.ts'
import { sendJson } from './json-reply.ts'
import type { LogOperation } from './operations.ts'
import { type LogPath, readLogPath, SUBJECT_KINDS, type SubjectKind } from './parameters.ts'
import type { LogSubject } from './selection.ts'

/** The rest of a path, decoded. */
interface LogRoute {
  readonly Params: { readonly '*': string }
}

/**
 * The routes of all logs: `/api/v1/{user | organization/{name} | repository/{path}}/{operation}`.
 *
 * One route takes the whole rest of a path, because a repository's own path may have any number of
 * segments, and because Fastify bounds the length of a named parameter but not of a rest.
 *
 * @param operations by the last segment of the path.
 */
export function logRoutes(
  scope: FastifyInstance,
  context: DialectContext,
  operations: ReadonlyMap<string, LogOperation>,
): void {
  for (const subjectKind of SUBJECT_KINDS) {
    scope.route<LogRoute>({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: `/api/v1/${subjectKind}/*`,
      // Before a body is read: a wrong path or method is wrong with any body.
      onRequest: async (request, reply) => {
        const { operation } = readRoute(subjectKind, request.params['*'], operations)
        refuseOtherMethods(operation.methods, request, reply)
      },
      handler: async (request, reply) => {
        if (request.method === 'OPTIONS') return reply.send('')
        const { path, operation } = readRoute(subjectKind, request.params['*'], operations)
        const principal = authenticate(request.headers.authorization, context.directory)
        const subject = subjectOf(path, principal, context.defaultTenant)
        authorize(principal, subjectKind, subject)
        return operation.answer({ subject, principal, request, reply })
      },
    })
  }
}

/** `GET /api/v1/error/{type}`: what the `type` of a problem points to. */
export function errorRoutes(scope: FastifyInstance): void {
  scope.get<{ Params: { readonly type: string } }>('/api/v1/error/:type', (request, reply) => {
    const { type } = request.params
    if (!isErrorType(type)) throw problem('not_found')
    const { description } = ERROR_TYPES[type]
    return sendJson(reply, { type: errorUrl(type, request), title: type, description })
  })
}

/** @throws QuayError 404 for a path that Quay has no route for. */
function readRoute(
  subjectKind: SubjectKind,
  rest: string,
  operations: ReadonlyMap<string, LogOperation>,
): { readonly path: LogPath; readonly operation: LogOperation } {
  const path = readLogPath(subjectKind, rest)
  const operation = operations.get(path?.operation ?? '')
  if (path === undefined || operation === undefined) throw problem('not_found')
  return { path, operation }
}

/** @throws QuayError 405; `Allow` names the methods there are, as in the answer to OPTIONS. */
function refuseOtherMethods(
  methods: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const isKnown = methods.includes(request.method)
  if (!isKnown || request.method === 'OPTIONS') void reply.header('Allow', methods.join(', '))
  if (!isKnown) throw wrongMethod()
}

/** Whose log a path names. A principal of no tenant asks in that of the installation. */
function subjectOf(path: LogPath, principal: Principal, defaultTenant: string): LogSubject {
  const { namespace, repository } = path
  return {
    tenant: principal.tenant ?? defaultTenant,
    namespace: namespace ?? principal.name,
    ...(repository !== undefined && { repository }),
    hidesServiceKeys: namespace === undefined,
  }
}
