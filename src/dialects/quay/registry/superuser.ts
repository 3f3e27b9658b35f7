import type { FastifyRequest } from 'fastify'
import type { Event } from '../../../core/event/event.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { sentValues } from '../../api/parameter-values.ts'
import { requestContext } from '../../api/request-context.ts'
import { sendJson } from '../api/json.ts'
import type { QuayAnswer, QuayServices } from '../api/services.ts'
import { avatarOf } from '../browser/avatar.ts'
import { type Caller, callerOf } from '../browser/caller.ts'
import { FRESH_LOGIN_SECONDS_DEFAULT, requireFreshLogin } from '../browser/fresh-login.ts'
import { authorizeSuperuser } from '../credentials.ts'
import type { WrittenObject } from '../entries/stored-json.ts'
import { badArgument, problem } from '../errors.ts'
import { aggregateLogs } from '../log/aggregate-logs.ts'
import { listLogs } from '../log/list-logs.ts'
import { readLogParameters } from '../parameters.ts'
import { presentEntry } from '../present.ts'
import type { LogSelection } from '../selection.ts'
import { organizationViews, userViews } from './registry-accounts.ts'

/** `GET /api/v1/superuser/logs`: the log of all namespaces, in one. */
export const listRegistryLog: QuayAnswer = async (request, reply, services) => {
  const { context } = services
  const caller = requireCaller(request, services)
  requireWholePage(request)
  const selection = selectRegistry(caller, context)
  const present = (event: Event) => presentWithNamespace(event, selection.tenant, context)
  const asked = requestContext(context, request)
  return sendJson(reply, { ...(await listLogs(selection, parametersOf(request), asked, present)) })
}

/** `GET /api/v1/superuser/aggregatelogs`. */
export const countRegistryLog: QuayAnswer = async (request, reply, services) => {
  const { context, settings } = services
  const selection = selectRegistry(requireCaller(request, services), context)
  const aggregate = await aggregateLogs(
    selection,
    parametersOf(request),
    requestContext(context, request),
    settings.aggregateDaysMax,
  )
  return sendJson(reply, { ...aggregate })
}

/** `GET /api/v1/superuser/organizations/`: whose logs there are, for Quay's pages. */
export const listOrganizations: QuayAnswer = async (request, reply, services) => {
  const { context } = services
  const { tenant } = selectRegistry(requireCaller(request, services), context)
  const asked = requestContext(context, request)
  return sendJson(reply, { organizations: await organizationViews(tenant, asked) })
}

/** `GET /api/v1/superuser/users/`. */
export const listUsers: QuayAnswer = (request, reply, services) => {
  const { context } = services
  const { tenant } = selectRegistry(requireCaller(request, services), context)
  return sendJson(reply, { users: userViews(tenant, context) })
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
function requireCaller(request: FastifyRequest, { context, settings }: QuayServices): Caller {
  const { freshLoginSeconds = FRESH_LOGIN_SECONDS_DEFAULT } = settings
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
  // A namespace that no user is named after is most likely an organization.
  const kind = owner === undefined || owner.kind === 'organization' ? 'org' : 'user'
  const avatarKind = owner?.kind === 'robot' ? 'robot' : kind
  const avatar = avatarOf({ name, email: owner?.email, kind: avatarKind })
  return { ...entry, namespace: { kind, name, avatar } }
}
