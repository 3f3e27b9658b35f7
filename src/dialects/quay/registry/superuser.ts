import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Event } from '../../../core/event/event.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { requestContext } from '../../api/request-context.ts'
import { QUAY_OPERATIONS } from '../api/description.ts'
import { fixedRoute } from '../api/fixed-route.ts'
import { sendJson } from '../api/json.ts'
import { avatarOf } from '../browser/avatar.ts'
import { type Caller, callerOf } from '../browser/caller.ts'
import { FRESH_LOGIN_SECONDS_DEFAULT, requireFreshLogin } from '../browser/fresh-login.ts'
import { authorizeSuperuser } from '../credentials.ts'
import type { WrittenObject } from '../entries/stored-json.ts'
import { badArgument, problem } from '../errors.ts'
import { aggregateLogs } from '../log/aggregate-logs.ts'
import { listLogs } from '../log/list-logs.ts'
import { readLogParameters, sentValues } from '../parameters.ts'
import { presentEntry } from '../present.ts'
import type { LogSelection } from '../selection.ts'
import { organizationViews, userViews } from './registry-accounts.ts'

/** What an installation can choose about these routes. */
interface SuperuserSettings {
  readonly aggregateDaysMax?: number | undefined
  readonly freshLoginSeconds?: number
}

/** `GET /api/v1/superuser/{logs,aggregatelogs}`: the log of all namespaces, in one. */
export function superuserRoutes(
  scope: FastifyInstance,
  context: DialectContext,
  settings: SuperuserSettings,
): void {
  const callerFor = (request: FastifyRequest) => requireCaller(request, context, settings)
  fixedRoute(scope, {
    url: '/api/v1/superuser/logs',
    describes: QUAY_OPERATIONS.registryLog,
    async get(request, reply) {
      const caller = callerFor(request)
      requireWholePage(request)
      const selection = selectRegistry(caller, context)
      const present = (event: Event) => presentWithNamespace(event, selection.tenant, context)
      const asked = requestContext(context, request)
      const page = await listLogs(selection, parametersOf(request), asked, present)
      return sendJson(reply, { ...page })
    },
  })
  fixedRoute(scope, {
    url: '/api/v1/superuser/aggregatelogs',
    describes: QUAY_OPERATIONS.registryAggregate,
    async get(request, reply) {
      const selection = selectRegistry(callerFor(request), context)
      const parameters = parametersOf(request)
      const aggregate = await aggregateLogs(
        selection,
        parameters,
        requestContext(context, request),
        settings.aggregateDaysMax,
      )
      return sendJson(reply, { ...aggregate })
    },
  })
  accountRoutes(scope, context, (request) => selectRegistry(callerFor(request), context).tenant)
}

/** `GET /api/v1/superuser/{organizations,users}/`: whose logs there are, for Quay's pages. */
function accountRoutes(
  scope: FastifyInstance,
  context: DialectContext,
  tenantOf: (request: FastifyRequest) => string,
): void {
  fixedRoute(scope, {
    url: '/api/v1/superuser/organizations/',
    describes: QUAY_OPERATIONS.organizations,
    async get(request, reply) {
      const asked = requestContext(context, request)
      return sendJson(reply, { organizations: await organizationViews(tenantOf(request), asked) })
    },
  })
  fixedRoute(scope, {
    url: '/api/v1/superuser/users/',
    describes: QUAY_OPERATIONS.users,
    get: (request, reply) => sendJson(reply, { users: userViews(tenantOf(request), context) }),
  })
}

/** @throws QuayError 403 when the caller may not read the log of the registry. */
function selectRegistry(
  { principal }: Caller,
  { defaultTenant }: Pick<DialectContext, 'defaultTenant'>,
): LogSelection {
  authorizeSuperuser(principal)
  return { tenant: principal.tenant ?? defaultTenant, hidesServiceKeys: false }
}

/** @throws QuayError 401 without a token, a session, or a password given lately enough. */
function requireCaller(
  request: FastifyRequest,
  context: DialectContext,
  { freshLoginSeconds = FRESH_LOGIN_SECONDS_DEFAULT }: SuperuserSettings,
): Caller {
  const caller = callerOf(request)
  if (caller === undefined) throw problem('invalid_token')
  requireFreshLogin(caller, context.clock(), freshLoginSeconds)
  return caller
}

/** A whole number as Python's `int` reads it. */
const WHOLE_NUMBER = /^\s*[+-]?\d+(_\d+)*\s*$/

/** Quay checks the form of `page` before any right, and then ignores its value. */
function requireWholePage(request: FastifyRequest): void {
  const isWhole = sentValues(request.query, 'page').every((page) => WHOLE_NUMBER.test(page))
  if (!isWhole) throw badArgument('page', 'The page number for the logs')
}

/** As in Quay these routes know no `performer`. */
function parametersOf(request: FastifyRequest) {
  return { ...readLogParameters(request.query), performer: undefined }
}

function presentWithNamespace(
  event: Event,
  tenant: string,
  context: Pick<DialectContext, 'directory'>,
): WrittenObject | undefined {
  const entry = presentEntry(event)
  const name = event.target?.namespace
  if (entry === undefined || name === undefined) return entry
  const owner = context.directory.user(tenant, name)
  // A namespace that nobody here has the name of is most likely an organization.
  const kind = owner === undefined || owner.kind === 'organization' ? 'org' : 'user'
  const avatarKind = owner?.kind === 'robot' ? 'robot' : kind
  const avatar = avatarOf({ name, email: owner?.email, kind: avatarKind })
  return { ...entry, namespace: { kind, name, avatar } }
}
