import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { visibleEvents } from '../../access/directory/visibility.ts'
import type { JsonObject } from '../../core/event/event.ts'
import type { OperationDescription } from '../api/api-description.ts'
import type { DialectContext } from '../api/dialect.ts'
import { refuseOtherMethods, watchRoutes } from '../api/other-methods.ts'
import { requestContext } from '../api/request-context.ts'
import { HSS_OPERATIONS } from './api/description.ts'
import { sendJson } from './api/json.ts'
import { BODY_BYTES_MAX } from './api/request-body.ts'
import { authenticate, tenantOfProject } from './credentials.ts'
import { insufficientPermissions, wrongMethod } from './errors.ts'
import { type AccountOptions, listDomains, listProjects, listRegions } from './identity/account.ts'
import { createToken, showToken, type TokenAccess } from './identity/auth-tokens.ts'
import { listEvents } from './log/list-events.ts'
import { readEventParameters } from './parameters.ts'

/** Prefixes of HSS and of IAM: what is unknown there is this dialect's to answer. */
export const PREFIXES = ['/v5/', '/v3/']

/** What the routes work with. */
export interface RouteAccess extends TokenAccess {
  readonly context: TokenAccess['context'] & Pick<DialectContext, 'readers'>
}

interface Route {
  readonly method: 'GET' | 'POST'
  /** A part that begins with a colon is a parameter. */
  readonly path: string
  readonly describes: OperationDescription
  answer(request: FastifyRequest, reply: FastifyReply, access: RouteAccess): Promise<FastifyReply>
}

const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/v5/:project/container/image/events',
    answer: answerEvents,
    describes: HSS_OPERATIONS.events,
  },
  {
    method: 'POST',
    path: '/v3/auth/tokens',
    answer: createToken,
    describes: HSS_OPERATIONS.createToken,
  },
  {
    method: 'GET',
    path: '/v3/auth/tokens',
    answer: showToken,
    describes: HSS_OPERATIONS.showToken,
  },
  {
    method: 'GET',
    path: '/v3/projects',
    answer: ofAccount(listProjects),
    describes: HSS_OPERATIONS.projects,
  },
  {
    method: 'GET',
    path: '/v3/regions',
    answer: ofAccount(listRegions),
    describes: HSS_OPERATIONS.regions,
  },
  {
    method: 'GET',
    path: '/v3/auth/domains',
    answer: ofAccount(listDomains),
    describes: HSS_OPERATIONS.domains,
  },
]

/** Every route. */
export function hssRoutes(scope: FastifyInstance, access: RouteAccess): void {
  const methodsOf = watchRoutes(scope)
  for (const { method, path, answer, describes } of ROUTES) {
    scope.route({
      method,
      url: path,
      bodyLimit: BODY_BYTES_MAX,
      exposeHeadRoute: false,
      config: { operations: [describes] },
      handler: (request, reply) => answer(request, reply, access),
    })
  }
  refuseOtherMethods(scope, methodsOf, { refusal: wrongMethod, namesMethods: false })
}

async function answerEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  access: RouteAccess,
): Promise<FastifyReply> {
  const caller = await authenticate(request, access)
  const projectId: unknown = Reflect.get(Object(request.params), 'project')
  const tenant = tenantOfProject(caller, String(projectId), access.projects)
  const { tenants, conditions } = visibleEvents(caller.principal)
  if (tenants !== 'all' && !tenants.includes(tenant)) throw insufficientPermissions()
  const parameters = readEventParameters(request.query)
  const visibility = { tenants: [tenant], conditions }
  const { events } = requestContext(access.context, request)
  return sendJson(reply, await listEvents(visibility, parameters, events))
}

function ofAccount(list: (options: AccountOptions) => JsonObject): Route['answer'] {
  return async (request, reply, access) => {
    const { principal } = await authenticate(request, access)
    const { projects, context } = access
    const { defaultTenant } = context
    return sendJson(reply, list({ principal, projects, defaultTenant, request }))
  }
}
