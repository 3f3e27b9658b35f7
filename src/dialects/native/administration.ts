import { Type } from 'typebox'
import type { Directory } from '../../access/directory.ts'
import { PASSWORD_LENGTH_MAX } from '../../access/password.ts'
import { GRANT_ROLES, ROLES, SCOPES, USER_KINDS } from '../../access/principal.ts'
import { mayAdminister } from '../../access/visibility.ts'
import { Fault } from '../../core/errors.ts'
import { repositoryProblem } from '../../core/repository-name.ts'
import { authenticated, principalOf } from '../authentication.ts'
import type { DialectContext } from '../dialect.ts'
import type { NativeScope } from './native-scope.ts'

const Closed = { additionalProperties: false } as const
const Name = Type.String({ minLength: 1 })
const ById = Type.Object({ id: Type.String() })
const NoContent: Record<204, Type.TSchema> = { 204: Type.Null() }
const Listed: Type.TSchema = Type.Object({}, { additionalProperties: true })

/** Users, grants and tokens: what an administrator sees and changes of its own tenant. */
export function registerAdministration(scope: NativeScope, context: DialectContext): void {
  const { directory } = context
  registerUsers(scope, context)
  registerGrants(scope, directory)
  registerTokens(scope, directory)
}

function isAdministrator(directory: Directory) {
  return authenticated(directory, { scopes: ['admin'], may: mayAdminister })
}

function registerUsers(
  scope: NativeScope,
  { directory, accessKeys }: Pick<DialectContext, 'directory' | 'accessKeys'>,
): void {
  const onRequest = isAdministrator(directory)
  const body = Type.Object(
    {
      name: Name,
      email: Type.Optional(Name),
      kind: Type.Optional(Type.Enum(USER_KINDS)),
      password: Type.Optional(Type.String({ minLength: 1, maxLength: PASSWORD_LENGTH_MAX })),
      tenant: Type.Optional(Type.Union([Name, Type.Null()])),
      roles: Type.Optional(Type.Array(Type.Enum(ROLES))),
    },
    Closed,
  )
  const created = { summary: 'Create a user', body, response: { 201: Listed } }
  scope.post('/v1/users', { schema: created, onRequest }, async (request, reply) => {
    const user = await directory.createUser(principalOf(request).tenant, request.body)
    return reply.code(201).send(user)
  })
  const listed = { summary: 'The users of the tenant', response: { 200: Listed } }
  scope.get('/v1/users', { schema: listed, onRequest }, async (request) => ({
    users: directory.users(principalOf(request).tenant),
  }))
  const changed = {
    summary: 'Give a user another password, which ends its sessions',
    params: ById,
    body: Type.Object(
      { password: Type.String({ minLength: 1, maxLength: PASSWORD_LENGTH_MAX }) },
      Closed,
    ),
    response: NoContent,
  }
  scope.put('/v1/users/:id/password', { schema: changed, onRequest }, async (request, reply) => {
    const { tenant } = principalOf(request)
    await directory.changePassword(tenant, request.params.id, request.body.password)
    return reply.code(204).send()
  })
  const deleted = {
    summary: 'Delete a user with its grants, tokens and access keys',
    params: ById,
    response: NoContent,
  }
  scope.delete('/v1/users/:id', { schema: deleted, onRequest }, async (request, reply) => {
    const { tenant, userId } = principalOf(request)
    if (request.params.id === userId) {
      throw new Fault('resource.conflict', { detail: 'a user cannot delete itself' })
    }
    await directory.deleteUser(tenant, request.params.id)
    await accessKeys.removeAllOf(request.params.id)
    return reply.code(204).send()
  })
}

function registerGrants(scope: NativeScope, directory: Directory): void {
  const onRequest = isAdministrator(directory)
  const body = Type.Object(
    {
      user: Type.String({ description: 'Name or id' }),
      role: Type.Enum(GRANT_ROLES),
      namespace: Type.Optional(Name),
      repository: Type.Optional(
        Type.String({ minLength: 1, description: 'Without `namespace`: `namespace/repository`' }),
      ),
    },
    Closed,
  )
  const created = { summary: 'Grant a right', body, response: { 201: Listed } }
  scope.post('/v1/grants', { schema: created, onRequest }, async (request, reply) => {
    const { user, role, ...place } = request.body
    const grant = { user, role, ...grantedPlace(place) }
    return reply.code(201).send(await directory.createGrant(principalOf(request).tenant, grant))
  })
  const listed = { summary: 'The grants of the tenant', response: { 200: Listed } }
  scope.get('/v1/grants', { schema: listed, onRequest }, async (request) => ({
    grants: directory.grants(principalOf(request).tenant),
  }))
  const deleted = { summary: 'Take a right away', params: ById, response: NoContent }
  scope.delete('/v1/grants/:id', { schema: deleted, onRequest }, async (request, reply) => {
    await directory.deleteGrant(principalOf(request).tenant, request.params.id)
    return reply.code(204).send()
  })
}

interface Place {
  readonly namespace?: string
  readonly repository?: string
}

/** A namespace, or a repository in it: stated apart, or as `namespace/repository`. */
function grantedPlace({ namespace, repository }: Place): Place & { readonly namespace: string } {
  if (repository === undefined) {
    if (namespace !== undefined) return { namespace }
    throw invalid('/namespace', 'a namespace or a repository')
  }
  const expected = repositoryProblem(repository)
  if (expected !== undefined) throw invalid('/repository', expected)
  if (namespace !== undefined) return { namespace, repository }
  const slash = repository.indexOf('/')
  if (slash === -1) throw invalid('/repository', '`namespace/repository`, without `namespace`')
  return { namespace: repository.slice(0, slash), repository: repository.slice(slash + 1) }
}

function invalid(path: string, expected: string): Fault {
  return new Fault('request.invalid', { problems: [{ path, expected }] })
}

function registerTokens(scope: NativeScope, directory: Directory): void {
  const onRequest = isAdministrator(directory)
  const body = Type.Object(
    {
      user: Type.String({ description: 'Name or id' }),
      name: Type.Optional(Name),
      scopes: Type.Array(Type.Enum(SCOPES), { minItems: 1 }),
      sources: Type.Optional(
        Type.Array(Type.String({ description: 'A source that it may speak for: `KIND/NAME`' })),
      ),
      expiresAt: Type.Optional(Type.String({ description: 'RFC 3339, in the future' })),
    },
    Closed,
  )
  const created = {
    summary: 'Create a token; it is shown in this answer and never again',
    body,
    response: { 201: Listed },
  }
  scope.post('/v1/tokens', { schema: created, onRequest }, async (request, reply) => {
    const { info, token } = await directory.createToken(principalOf(request).tenant, request.body)
    void reply.header('Cache-Control', 'no-store')
    return reply.code(201).send({ ...info, token })
  })
  const listed = { summary: 'The tokens of the tenant', response: { 200: Listed } }
  scope.get('/v1/tokens', { schema: listed, onRequest }, async (request) => ({
    tokens: directory.tokens(principalOf(request).tenant),
  }))
  const deleted = { summary: 'Revoke a token', params: ById, response: NoContent }
  scope.delete('/v1/tokens/:id', { schema: deleted, onRequest }, async (request, reply) => {
    await directory.revokeToken(principalOf(request).tenant, request.params.id)
    return reply.code(204).send()
  })
}
