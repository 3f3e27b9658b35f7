import type { FastifyRequest } from 'fastify'
import { type Principal, SCOPES, type Scope } from '../../access/directory/principal.ts'
import { hasScope } from '../../access/directory/visibility.ts'
import { tokenLookupId } from '../../access/tokens/token.ts'
import { formatTimestamp } from '../../core/time/timestamp.ts'
import { bearerOf, nameSender } from '../api/authentication.ts'
import type { DialectContext } from '../api/dialect.ts'
import { rawBody } from './api/request-body.ts'
import { insufficientPermissions, unauthenticated } from './errors.ts'
import type { Projects } from './identity/projects.ts'
import type { SubjectToken, SubjectTokens } from './identity/subject-token.ts'
import type { AccessKeyLocks } from './signature/access-key-locks.ts'
import { headerText } from './signature/canonical-request.ts'
import { checkSignature, parseAuthorization } from './signature/signature.ts'

/** Scopes of Waybill tokens that may read here. Other credentials have all rights of their user. */
const READING: readonly Scope[] = ['events:read', 'admin']
/** Used for unknown access keys, so that they take as long to check as known ones. */
const NO_SECRET = 'x'.repeat(40)

/** The caller, and whose projects the credentials are for. */
export interface Caller {
  readonly principal: Principal
  readonly tenants: readonly string[] | 'all'
}

/** What checking credentials needs. */
export interface Access {
  readonly context: Pick<DialectContext, 'directory' | 'accessKeys' | 'clock'>
  readonly projects: Projects
  readonly subjectTokens: SubjectTokens
  /** Undefined when access keys are not locked. */
  readonly locks: AccessKeyLocks | undefined
}

/**
 * Authenticates by `X-Auth-Token`, which is a token of `POST /v3/auth/tokens` or one of Waybill's,
 * else by a signature.
 *
 * @throws HssError APIGW.0301 without either, HSS.0013 for a token with another purpose.
 */
export async function authenticate(request: FastifyRequest, access: Access): Promise<Caller> {
  const caller = await findCaller(request, access)
  nameSender(request, caller.principal)
  return caller
}

async function findCaller(request: FastifyRequest, access: Access): Promise<Caller> {
  const token = firstText(request.headers['x-auth-token'])
  if (token !== undefined) return byToken(request, token, access)
  const { authorization } = request.headers
  if (authorization?.startsWith('SDK-HMAC-SHA256')) return bySignature(request, access)
  throw unauthenticated('x-auth-token not found')
}

/**
 * The tenant of a project that the caller may access.
 *
 * @throws HssError HSS.0013 when the credentials are for another.
 */
export function tenantOfProject(caller: Caller, projectId: string, projects: Projects): string {
  const tenant = projects.tenantOfId(projectId)
  if (caller.tenants === 'all' || caller.tenants.includes(tenant)) return tenant
  throw insufficientPermissions()
}

/** The caller with a token of `POST /v3/auth/tokens`; undefined when the user is gone. */
export function callerOf(
  token: SubjectToken,
  { directory }: Pick<DialectContext, 'directory'>,
): Caller | undefined {
  const credential = { id: `hss:${token.userId}`, scopes: SCOPES }
  const principal = directory.principal(token.userId, credential)
  return principal && { principal, tenants: token.tenant === undefined ? [] : [token.tenant] }
}

function byToken(
  request: FastifyRequest,
  text: string,
  { context, subjectTokens }: Access,
): Caller {
  if (tokenLookupId(text) !== undefined) {
    const principal = bearerOf(request, context.directory, text)
    if (principal === undefined) throw unauthenticated('decrypt token fail')
    if (!hasScope(principal, READING)) throw insufficientPermissions()
    return { principal, tenants: ownTenants(principal) }
  }
  const reading = subjectTokens.read(text)
  if (reading.outcome === 'expired') {
    const { expiresMicros } = reading.token
    throw unauthenticated(`token expires, expires_at: ${formatTimestamp(expiresMicros)}`)
  }
  const caller = reading.outcome === 'valid' ? callerOf(reading.token, context) : undefined
  if (caller === undefined) throw unauthenticated('decrypt token fail')
  return caller
}

async function bySignature(request: FastifyRequest, access: Access): Promise<Caller> {
  const { context, locks } = access
  const authorization = parseAuthorization(request.headers.authorization)
  if (authorization === undefined) throw unauthenticated('verify aksk signature fail')
  const { accessKey } = authorization
  const nowMs = Math.floor(context.clock() / 1000)
  if (locks?.isLocked(accessKey, nowMs)) {
    throw unauthenticated('AK access failed to reach the limit,forbidden')
  }
  const found = context.accessKeys.find(accessKey)
  const { method = 'GET', url = '', headers } = request.raw
  const signed = { method, url, headers, body: await rawBody(request) }
  const check = checkSignature(signed, authorization, found?.secretKey ?? NO_SECRET, nowMs)
  if (found === undefined) throw unauthenticated(`ak ${accessKey} not exist`)
  if (found.secretKey === undefined) throw unauthenticated('Get secretKey failed')
  switch (check.outcome) {
    case 'valid':
      break
    case 'incomplete':
      throw unauthenticated(`verify aksk signature fail, ${check.missing} is not signed`)
    case 'expired':
      throw unauthenticated(
        `signature expired, signature time:${check.signedAt},server time:${dateText(nowMs)}`,
      )
    case 'forged': {
      locks?.failed(accessKey, nowMs)
      const canonical = check.canonicalRequest.replaceAll('\n', '|')
      throw unauthenticated(`verify aksk signature fail, canonicalRequest:${canonical}`)
    }
  }
  locks?.succeeded(accessKey)
  const credential = { id: `access-key:${accessKey}`, scopes: SCOPES }
  const principal = context.directory.principal(found.user, credential)
  if (principal === undefined) throw unauthenticated(`ak ${accessKey} not exist`)
  return { principal, tenants: signedTenants(request, principal, access) }
}

/**
 * The projects that a signature is for. A project in the header, signed or not, narrows them and
 * never adds one.
 */
function signedTenants(
  request: FastifyRequest,
  principal: Principal,
  { projects }: Access,
): Caller['tenants'] {
  const own = ownTenants(principal)
  const projectId = headerText(request.headers['x-project-id'])
  if (projectId === '') return own
  const named = projects.tenantOfId(projectId)
  return own === 'all' || own.includes(named) ? [named] : []
}

/** A caller without a tenant may name the project of any tenant. */
function ownTenants({ tenant }: Principal): Caller['tenants'] {
  return tenant === null ? 'all' : [tenant]
}

/** `YYYYMMDDTHHMMSSZ`. */
function dateText(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '')
}

function firstText(value: string | readonly string[] | undefined): string | undefined {
  const text = typeof value === 'string' ? value : value?.[0]
  return text === '' ? undefined : text
}
