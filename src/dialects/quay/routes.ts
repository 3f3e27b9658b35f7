import type { FastifyInstance } from 'fastify'
import type { Principal } from '../../access/directory/principal.ts'
import type { OperationDescription } from '../api/api-description.ts'
import type { DialectContext } from '../api/dialect.ts'
import { answerOptions, refuseOtherMethods } from './api/allowed-methods.ts'
import { logOperationDescription } from './api/description.ts'
import { requirePrincipal } from './browser/caller.ts'
import { authorize } from './credentials.ts'
import { problem } from './errors.ts'
import type { LogOperation } from './log/operations.ts'
import {
  type LogPath,
  readLogPath,
  readSubjectPath,
  SUBJECT_KINDS,
  type SubjectKind,
} from './parameters.ts'
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
 * @param operations by the last segment of the path; `''`: by none, the details of the subject.
 */
export function logRoutes(
  scope: FastifyInstance,
  context: DialectContext,
  operations: ReadonlyMap<string, LogOperation>,
): void {
  for (const subjectKind of SUBJECT_KINDS) {
    scope.route<LogRoute>({
      method: scope.supportedMethods,
      url: `/api/v1/${subjectKind}/*`,
      config: { operations: descriptionsOf(subjectKind, operations) },
      // Before a body is read: a wrong path or method is wrong with any body.
      onRequest: async (request, reply) => {
        const { operation } = readRoute(subjectKind, request.params['*'], operations)
        refuseOtherMethods(operation.methods, request, reply)
      },
      handler: async (request, reply) => {
        if (request.method === 'OPTIONS') return answerOptions(reply)
        const { path, operation } = readRoute(subjectKind, request.params['*'], operations)
        const principal = requirePrincipal(request)
        const subject = subjectOf(path, principal, context.defaultTenant)
        if (operation.checksRights !== true) authorize(principal, subjectKind, subject)
        return operation.answer({ subjectKind, subject, principal, request, reply })
      },
    })
  }
}

function descriptionsOf(
  subjectKind: SubjectKind,
  operations: ReadonlyMap<string, LogOperation>,
): readonly OperationDescription[] {
  const names = [...operations].flatMap(([name, { subjectKinds }]) => {
    // A user has no details: who asks about itself is another route.
    const isOf = name !== '' || subjectKind !== 'user'
    return isOf && (subjectKinds?.includes(subjectKind) ?? true) ? [name] : []
  })
  return names.map((name) => logOperationDescription(subjectKind, name))
}

/** @throws QuayError 404 for a path that Quay has no route for. */
function readRoute(
  subjectKind: SubjectKind,
  rest: string,
  operations: ReadonlyMap<string, LogOperation>,
): { readonly path: LogPath; readonly operation: LogOperation } {
  for (const path of [readLogPath(subjectKind, rest), readSubjectPath(subjectKind, rest)]) {
    const operation = operations.get(path?.operation ?? '')
    const isOf = operation?.subjectKinds?.includes(subjectKind) ?? true
    if (path !== undefined && operation !== undefined && isOf) return { path, operation }
  }
  throw problem('not_found')
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
