import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../../../access/directory/principal.ts'
import type { Answers, RouteFamily } from '../../api/api.ts'
import type { OperationDescription } from '../../api/api-description.ts'
import { logOperationDescription } from '../api/description.ts'
import { answerOptions } from '../api/options.ts'
import type { QuayServices } from '../api/services.ts'
import { requirePrincipal } from '../browser/caller.ts'
import { authorize } from '../credentials.ts'
import { EXPORT_BODY_BYTES_MAX } from '../exports/export-request.ts'
import { type LogPath, readLogPath, readSubjectPath, type SubjectKind } from '../parameters.ts'
import type { LogSubject } from '../selection.ts'
import type { LogOperation } from './operations.ts'

/**
 * The routes of the logs of one kind of subject:
 * `/api/v1/{user | organization/{name} | repository/{path}}/{operation}`.
 *
 * They are a family because a repository's own path may have any number of segments, and because
 * the framework bounds the length of a named parameter but not of a rest.
 *
 * @param operations by the last segment of the path; `''`: by none.
 */
export function logRoutes(
  subjectKind: SubjectKind,
  operations: ReadonlyMap<string, LogOperation>,
): RouteFamily<QuayServices> {
  return {
    path: `/api/v1/${subjectKind}/*`,
    bodyBytesMax: EXPORT_BODY_BYTES_MAX,
    deviations: {
      bodies: { is: 'bytes', because: "the sender's rights are checked before a body is read" },
    },
    describes: descriptionsOf(subjectKind, operations),
    find: (rest) => findAnswers(subjectKind, rest, operations),
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

function findAnswers(
  subjectKind: SubjectKind,
  rest: string,
  operations: ReadonlyMap<string, LogOperation>,
): Answers<QuayServices> | undefined {
  for (const path of [readLogPath(subjectKind, rest), readSubjectPath(subjectKind, rest)]) {
    const operation = operations.get(path?.operation ?? '')
    const isOf = operation?.subjectKinds?.includes(subjectKind) ?? true
    if (path === undefined || operation === undefined || !isOf) continue
    const asked = { subjectKind, path, operation }
    return {
      [operation.method]: (request: FastifyRequest, reply: FastifyReply, services: QuayServices) =>
        answerLog(asked, { request, reply }, services),
      // Stated here, since `Allow` names it last.
      OPTIONS: answerOptions,
    }
  }
  return undefined
}

/** What a path asks for. */
interface Asked {
  readonly subjectKind: SubjectKind
  readonly path: LogPath
  readonly operation: LogOperation
}

async function answerLog(
  { subjectKind, path, operation }: Asked,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  services: QuayServices,
): Promise<FastifyReply> {
  const principal = requirePrincipal(request)
  const subject = subjectOf(path, principal, services.context.defaultTenant)
  if (operation.checksRights !== true) authorize(principal, subjectKind, subject)
  return operation.answer({ subjectKind, subject, principal, request, reply }, services)
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
