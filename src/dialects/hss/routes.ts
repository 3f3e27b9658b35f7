import type { FastifyReply, FastifyRequest } from 'fastify'
import { visibleEvents } from '../../access/directory/visibility.ts'
import type { JsonObject } from '../../core/event/event.ts'
import type { Answer, Route } from '../api/api.ts'
import type { DialectContext } from '../api/dialect.ts'
import { firstValue } from '../api/parameter-values.ts'
import { requestContext } from '../api/request-context.ts'
import { HSS_OPERATIONS } from './api/description.ts'
import { sendJson } from './api/json.ts'
import { BODY_BYTES_MAX } from './api/request-body.ts'
import { authenticate, tenantOfProject } from './credentials.ts'
import { insufficientPermissions } from './errors.ts'
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

/** Every route. */
export const HSS_ROUTES: readonly Route<RouteAccess>[] = [
  {
    method: 'GET',
    path: '/v5/:project/container/image/events',
    answer: answerEvents,
    describes: HSS_OPERATIONS.events,
  },
  {
    method: 'POST',
    path: '/v3/auth/tokens',
    bodyBytesMax: BODY_BYTES_MAX,
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

async function answerEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  access: RouteAccess,
): Promise<FastifyReply> {
  const caller = await authenticate(request, access)
  const projectId = firstValue(request.params, 'project') ?? ''
  const tenant = tenantOfProject(caller, projectId, access.projects)
  const { tenants, conditions } = visibleEvents(caller.principal)
  if (tenants !== 'all' && !tenants.includes(tenant)) throw insufficientPermissions()
  const parameters = readEventParameters(request.query)
  const visibility = { tenants: [tenant], conditions }
  const { events } = requestContext(access.context, request)
  return sendJson(reply, await listEvents(visibility, parameters, events))
}

function ofAccount(list: (options: AccountOptions) => JsonObject): Answer<RouteAccess> {
  return async (request, reply, access) => {
    const { principal } = await authenticate(request, access)
    const { projects, context } = access
    const { defaultTenant } = context
    return sendJson(reply, list({ principal, projects, defaultTenant, request }))
  }
}
