import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { User } from '../../../access/directory/directory.ts'
import { mayAdminister } from '../../../access/directory/visibility.ts'
import { jsonOf } from '../../api/bodies/json-body.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { firstValue } from '../../api/parameter-values.ts'
import { clientOf } from '../../api/request-client.ts'
import { sendJson } from '../api/json.ts'
import { type Access, authenticate, type Caller, callerOf } from '../credentials.ts'
import { HssError, identityError } from '../errors.ts'
import type { Projects } from './projects.ts'
import { tokenBody } from './token-body.ts'

const SUBJECT_HEADER = 'X-Subject-Token'
const DIALECT_NAME = 'hss'

const Place = Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) })
const Scope = Type.Object({ project: Type.Optional(Place), domain: Type.Optional(Place) })
/** Of a token's request what is read here; other members are let through. */
const TokenRequest = Type.Object({
  auth: Type.Object({
    identity: Type.Object({
      methods: Type.Array(Type.String()),
      password: Type.Object({
        user: Type.Object({
          name: Type.String({ minLength: 1 }),
          password: Type.String(),
          domain: Type.Optional(Place),
        }),
      }),
    }),
    scope: Type.Optional(Scope),
  }),
})

/** What tokens are given and checked with. */
export interface TokenAccess extends Access {
  readonly context: Access['context'] & Pick<DialectContext, 'signIn' | 'defaultTenant'>
  /** What links to this server begin with; undefined: as the request came. */
  readonly publicUrl: string | undefined
}

/**
 * `POST /v3/auth/tokens`: a token for a name and a password.
 *
 * @throws HssError 400 for a body that cannot be read, 401 for a refused sign-in and for a project
 * that is not the user's, 429.
 */
export async function createToken(
  request: FastifyRequest,
  reply: FastifyReply,
  access: TokenAccess,
): Promise<FastifyReply> {
  const { context, projects, subjectTokens } = access
  const { auth } = readBody(request.body)
  const { name, password, domain } = auth.identity.password.user
  const domainName = domain?.name ?? domain?.id
  const result = await context.signIn({
    ...(domainName !== undefined && { tenant: projects.tenantOfDomain(domainName) }),
    name,
    password,
    client: clientOf(request),
    describe: () => ({ details: { dialect: DIALECT_NAME } }),
  })
  if (result.outcome === 'throttled') {
    throw identityError(429, 'Too many requests.', result.retryAfterSeconds)
  }
  if (result.outcome === 'refused') {
    throw identityError(401, 'The username or password is wrong.')
  }
  const { user } = result
  const tenant = scopedTenant(auth.scope?.project, user, { projects, context })
  const { text, token } = subjectTokens.issue(user.id, tenant)
  const caller = callerOf(token, context)
  if (caller === undefined) throw identityError(401, 'The username or password is wrong.')
  void reply.code(201).header(SUBJECT_HEADER, text).header('Cache-Control', 'no-store')
  return sendJson(reply, tokenBody({ token, ...bodyOptions(request, caller, access) }))
}

/**
 * `GET /v3/auth/tokens`: what the token in `X-Subject-Token` says, to its own user and to
 * administrators.
 *
 * @throws HssError 401 without credentials, 403 for another user's token, 404 for one that is
 * not valid.
 */
export async function showToken(
  request: FastifyRequest,
  reply: FastifyReply,
  access: TokenAccess,
): Promise<FastifyReply> {
  const asker = await identified(request, access)
  const header = request.headers['x-subject-token']
  const text = typeof header === 'string' ? header : ''
  const reading = access.subjectTokens.read(text)
  const subject = reading.outcome === 'valid' ? callerOf(reading.token, access.context) : undefined
  if (reading.outcome !== 'valid' || subject === undefined) {
    throw identityError(404, 'The token could not be found.')
  }
  if (!maySee(asker, subject)) throw identityError(403, 'You are not authorized to see the token.')
  void reply.header(SUBJECT_HEADER, text).header('Cache-Control', 'no-store')
  const options = bodyOptions(request, subject, access)
  return sendJson(reply, tokenBody({ token: reading.token, ...options }))
}

/** Who asks IAM about tokens; it refuses in its own words. */
async function identified(request: FastifyRequest, access: TokenAccess): Promise<Caller> {
  try {
    return await authenticate(request, access)
  } catch (error) {
    if (error instanceof HssError && error.status === 401) {
      throw identityError(401, 'The request you have made requires authentication.')
    }
    throw error
  }
}

function maySee({ principal }: Caller, { principal: subject }: Caller): boolean {
  if (principal.userId === subject.userId) return true
  const isOfTenant = principal.tenant === null || principal.tenant === subject.tenant
  return mayAdminister(principal) && isOfTenant
}

function readBody(body: unknown) {
  const value = jsonOf(body)
  const isValid =
    Value.Check(TokenRequest, value) &&
    value.auth.identity.methods.join() === 'password' &&
    namesProject(value.auth.scope)
  if (!isValid) throw identityError(400, 'The request body is invalid.')
  return value
}

/** Whether a scope says which project, if it has one: a token for none is asked for without. */
function namesProject(scope: Static<typeof Scope> | undefined): boolean {
  const { project } = scope ?? {}
  return project === undefined || project.id !== undefined || project.name !== undefined
}

/** The tenant whose project a token is asked for; undefined for one of the account alone. */
function scopedTenant(
  project: { readonly id?: string; readonly name?: string } | undefined,
  user: User,
  {
    projects,
    context,
  }: { readonly projects: Projects; readonly context: Pick<DialectContext, 'defaultTenant'> },
): string | undefined {
  const { id, name } = project ?? {}
  const own = user.tenant ?? context.defaultTenant
  if (id === undefined && name === undefined) return undefined
  const tenant = id === undefined ? projects.tenantOfName(name ?? '', own) : projects.tenantOfId(id)
  if (user.tenant === null || user.tenant === tenant) return tenant
  throw identityError(401, 'Unauthorized.')
}

function bodyOptions(request: FastifyRequest, { principal }: Caller, access: TokenAccess) {
  const { projects, context, publicUrl } = access
  const nocatalog = firstValue(request.query, 'nocatalog')
  const base = (publicUrl ?? `${request.protocol}://${request.host}`).replace(/\/+$/, '')
  return {
    principal,
    projects,
    defaultTenant: context.defaultTenant,
    baseUrl: nocatalog === undefined ? base : undefined,
  }
}
