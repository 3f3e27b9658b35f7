import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Event, JsonObject } from '../../core/event.ts'
import type { DialectContext } from '../dialect.ts'
import { aggregateLogs } from './aggregate-logs.ts'
import { avatarOf } from './avatar.ts'
import { callerOf } from './caller.ts'
import { authorizeSuperuser } from './credentials.ts'
import { problem } from './errors.ts'
import { fixedRoute } from './fixed-route.ts'
import { FRESH_LOGIN_SECONDS_DEFAULT, requireFreshLogin } from './fresh-login.ts'
import { sendJson } from './json-reply.ts'
import { listLogs } from './list-logs.ts'
import { readLogParameters } from './parameters.ts'
import { presentEntry } from './present.ts'
import type { LogSelection } from './selection.ts'

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
  const registryOf = (request: FastifyRequest) => selectRegistry(request, context, settings)
  fixedRoute(scope, {
    url: '/api/v1/superuser/logs',
    async get(request, reply) {
      const selection = registryOf(request)
      const present = (event: Event) => presentWithNamespace(event, selection.tenant, context)
      const page = await listLogs(selection, parametersOf(request), context, present)
      return sendJson(reply, { ...page })
    },
  })
  fixedRoute(scope, {
    url: '/api/v1/superuser/aggregatelogs',
    async get(request, reply) {
      const selection = registryOf(request)
      const parameters = parametersOf(request)
      const aggregate = await aggregateLogs(
        selection,
        parameters,
        context,
        settings.aggregateDaysMax,
      )
      return sendJson(reply, { ...aggregate })
    },
  })
}

/** @throws QuayError 401 or 403 when the log of the registry is not for whoever asks. */
function selectRegistry(
  request: FastifyRequest,
  context: DialectContext,
  { freshLoginSeconds = FRESH_LOGIN_SECONDS_DEFAULT }: SuperuserSettings,
): LogSelection {
  const caller = callerOf(request)
  if (caller === undefined) throw problem('invalid_token')
  requireFreshLogin(caller, context.clock(), freshLoginSeconds)
  authorizeSuperuser(caller.principal)
  return { tenant: caller.principal.tenant ?? context.defaultTenant, hidesServiceKeys: false }
}

/** As in Quay these routes know neither `performer` nor, for all they declare it, `page`. */
function parametersOf(request: FastifyRequest) {
  return { ...readLogParameters(request.query), performer: undefined }
}

function presentWithNamespace(
  event: Event,
  tenant: string,
  context: Pick<DialectContext, 'directory'>,
): JsonObject | undefined {
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
