import type { FastifyRequest } from 'fastify'
import type { Principal } from '../../../access/directory/principal.ts'
import { hasScope } from '../../../access/directory/visibility.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import { sentValues } from '../../api/parameter-values.ts'
import { type RequestContext, requestContext } from '../../api/request-context.ts'
import { sendJson } from '../api/json.ts'
import type { QuayAnswer } from '../api/services.ts'
import { requirePrincipal } from '../browser/caller.ts'
import { administers, isSuperuser } from '../credentials.ts'
import { problem } from '../errors.ts'
import {
  type KnownRepository,
  knownRepositories,
  lastSecondOf,
  pathOf,
} from './known-repositories.ts'

/** Repositories on one page, as in Quay. */
const PAGE_REPOSITORIES = 100
/** How many repositories are looked up at the same time. */
const LOOKUPS_MAX = 4

/** `GET /api/v1/repository`: the repositories whose logs the caller may read, by name. */
export const listRepositories: QuayAnswer = async (request, reply, { context }) => {
  return sendJson(reply, await repositoryPage(request, requestContext(context, request)))
}

/** @throws QuayError 401, 403 without the scope, 400 without a parameter that says which. */
async function repositoryPage(
  request: FastifyRequest,
  context: RequestContext,
): Promise<JsonObject> {
  const principal = requirePrincipal(request)
  const scopes = ['repo:read', 'repo:write', 'repo:admin', 'super:user'] as const
  if (!hasScope(principal, scopes)) throw problem('insufficient_scope')
  const { query } = request
  const [namespace = ''] = sentValues(query, 'namespace')
  const isStarred = isTrue(query, 'starred')
  if (namespace === '' && !isStarred && !isTrue(query, 'public')) {
    throw problem('invalid_request', 'namespace, starred or public are required for this API call')
  }
  // No user can give a repository a star here.
  if (isStarred) return { repositories: [] }
  const tenant = principal.tenant ?? context.defaultTenant
  const asked = namespacesOf(principal, namespace)
  const known = await knownRepositories(tenant, asked, context)
  const after = readToken(sentValues(query, 'next_page')[0])
  const rest = known.filter((one) => mayRead(principal, one) && pathOf(one) > after)
  const shown = rest.slice(0, PAGE_REPOSITORIES)
  const last = shown.at(-1)
  const times = isTrue(query, 'last_modified') ? await timesOf(tenant, shown, context) : undefined
  return {
    repositories: shown.map((one, index) => viewOf(one, times?.[index])),
    ...(last !== undefined && rest.length > shown.length && { next_page: writeToken(last) }),
  }
}

/** Where to look; undefined: everywhere. */
function namespacesOf(principal: Principal, asked: string): readonly string[] | undefined {
  if (asked !== '') return [asked]
  if (isSuperuser(principal)) return undefined
  return [...new Set([principal.name, ...principal.grants.map(({ namespace }) => namespace)])]
}

function mayRead(principal: Principal, { namespace, name }: KnownRepository): boolean {
  return isSuperuser(principal) || administers(principal, { namespace, repository: name })
}

async function timesOf(
  tenant: string,
  shown: readonly KnownRepository[],
  context: RequestContext,
): Promise<readonly (number | null)[]> {
  const times: (number | null)[] = []
  for (let index = 0; index < shown.length; index += LOOKUPS_MAX) {
    const some = shown.slice(index, index + LOOKUPS_MAX)
    times.push(...(await Promise.all(some.map((one) => lastSecondOf(tenant, one, context)))))
  }
  return times
}

function viewOf({ namespace, name }: KnownRepository, second: number | null | undefined) {
  return {
    namespace,
    name,
    description: null,
    is_public: false,
    kind: 'image',
    state: 'NORMAL',
    ...(second !== undefined && { last_modified: second }),
    is_starred: false,
  }
}

/** Python's words for yes, as Quay reads them. */
function isTrue(query: unknown, name: string): boolean {
  const [value = ''] = sentValues(query, name)
  return !['', '0', 'false', 'no', 'off', 'none', 'f', 'n'].includes(value.toLowerCase())
}

/** A place in the list by name. The rights of the caller that sends it back are checked again. */
function writeToken(last: KnownRepository): string {
  return Buffer.from(pathOf(last)).toString('base64url')
}

function readToken(token = ''): string {
  return Buffer.from(token, 'base64url').toString()
}
