import { Type } from 'typebox'
import type { AccessAct, Administrator } from '../../../access/directory/administration-event.ts'
import { GRANT_ROLES, ROLES, SCOPES, USER_KINDS } from '../../../access/directory/principal.ts'
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../../../access/sign-in/password.ts'
import { Fault, invalidValue } from '../../../core/errors.ts'
import { repositoryProblem } from '../../../core/values/repository-name.ts'
import { principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import type { NativeScope } from '../native-scope.ts'
import {
  GrantedRepository,
  GrantSchema,
  listOf,
  Name,
  NewTokenSchema,
  Place,
  TokenSchema,
  TokenSources,
  UserName,
  UserReference,
  UserSchema,
} from './access-schemas.ts'
import { administratorOf, administrators } from './administrators.ts'

const Closed = { additionalProperties: false } as const
const ById = Type.Object({ id: Type.String({ description: 'The id, as in the list' }) })
const NoContent: Record<204, Type.TSchema> = { 204: Type.Null() }

/** Users, grants and tokens, which administrators see and change within their tenant. */
export function registerAdministration(scope: NativeScope, context: DialectContext): void {
  registerUsers(scope, context)
  registerPasswords(scope, context)
  registerGrants(scope, context)
  registerTokens(scope, context)
}

type AdministrationContext = Pick<DialectContext, 'directory' | 'administration'>

const Password = Type.String({ minLength: PASSWORD_LENGTH_MIN, maxLength: PASSWORD_LENGTH_MAX })

const OF_A_TENANT_OR_ADMINISTRATOR = [
  { properties: { tenant: { type: 'string' } } },
  { required: ['roles'], properties: { roles: { contains: { const: 'administrator' } } } },
]

function registerUsers(scope: NativeScope, context: AdministrationContext): void {
  const { directory, administration } = context
  const body = Type.Object(
    {
      name: UserName,
      email: Type.Optional(Name),
      kind: Type.Optional(Type.Enum(USER_KINDS)),
      password: Type.Optional(Password),
      tenant: Type.Optional(Type.Union([Name, Type.Null()])),
      roles: Type.Optional(Type.Array(Type.Enum(ROLES))),
    },
    {
      ...Closed,
      documented: { anyOf: OF_A_TENANT_OR_ADMINISTRATOR },
      examples: [{ name: 'alice', email: 'alice@example.org', roles: ['auditor'] }],
    },
  )
  const created = {
    operationId: 'createUser',
    summary: 'Create a user',
    body,
    response: { 201: UserSchema },
  }
  const create = { schema: created, onRequest: administrators(context, 'user.create') }
  scope.post('/v1/users', create, async (request, reply) => {
    const user = await administration.createUser(administratorOf(request), request.body)
    return reply.code(201).send(user)
  })
  registerList(scope, context, {
    path: '/v1/users',
    operationId: 'listUsers',
    name: 'users',
    item: UserSchema,
    read: (tenant) => directory.users(tenant),
  })
  registerDeletion(scope, context, {
    path: '/v1/users/:id',
    operationId: 'deleteUser',
    summary: 'Delete a user with its grants, tokens and access keys',
    act: 'user.delete',
    async remove(by, id) {
      if (id === by.principal?.userId) {
        throw new Fault('resource.conflict', { detail: 'users cannot delete themselves' })
      }
      await administration.deleteUser(by, id)
    },
  })
}

function registerPasswords(scope: NativeScope, context: AdministrationContext): void {
  const schema = {
    operationId: 'changePassword',
    summary: "Change a user's password and end their sessions",
    params: ById,
    body: Type.Object(
      { password: Password },
      { ...Closed, examples: [{ password: 'correct horse battery staple' }] },
    ),
    response: NoContent,
  }
  const onRequest = administrators(context, 'user.reset-password')
  scope.put('/v1/users/:id/password', { schema, onRequest }, async (request, reply) => {
    const by = administratorOf(request)
    await context.administration.changePassword(by, request.params.id, request.body.password)
    return reply.code(204).send()
  })
}

const OF_A_PLACE = [
  { required: ['namespace'] },
  { required: ['repository'], properties: { repository: { pattern: '/' } } },
]

function registerGrants(scope: NativeScope, context: AdministrationContext): void {
  const { directory, administration } = context
  const body = Type.Object(
    {
      user: UserReference,
      role: Type.Enum(GRANT_ROLES),
      namespace: Type.Optional(Place),
      repository: Type.Optional(GrantedRepository),
    },
    {
      ...Closed,
      documented: { anyOf: OF_A_PLACE },
      examples: [{ user: 'alice', role: 'read', namespace: 'acme' }],
    },
  )
  const created = {
    operationId: 'createGrant',
    summary: 'Grant a right',
    body,
    response: { 201: GrantSchema },
  }
  const create = { schema: created, onRequest: administrators(context, 'grant.create') }
  scope.post('/v1/grants', create, async (request, reply) => {
    const { user, role, ...place } = request.body
    const grant = { user, role, ...grantedPlace(place) }
    return reply.code(201).send(await administration.createGrant(administratorOf(request), grant))
  })
  registerList(scope, context, {
    path: '/v1/grants',
    operationId: 'listGrants',
    name: 'grants',
    item: GrantSchema,
    read: (tenant) => directory.grants(tenant),
  })
  registerDeletion(scope, context, {
    path: '/v1/grants/:id',
    operationId: 'deleteGrant',
    summary: 'Revoke a right',
    act: 'grant.delete',
    remove: (by, id) => administration.deleteGrant(by, id),
  })
}

interface StatedPlace {
  readonly namespace?: string
  readonly repository?: string
}

/** A namespace, or a repository in it: stated separately, or as `namespace/repository`. */
function grantedPlace({
  namespace,
  repository,
}: StatedPlace): StatedPlace & { readonly namespace: string } {
  if (repository === undefined) {
    if (namespace !== undefined) return { namespace }
    throw invalidValue('/namespace', 'a namespace or a repository')
  }
  const expected = repositoryProblem(repository)
  if (expected !== undefined) throw invalidValue('/repository', expected)
  if (namespace !== undefined) return { namespace, repository }
  const slash = repository.indexOf('/')
  if (slash === -1) throw invalidValue('/repository', '`namespace/repository`, without `namespace`')
  return { namespace: repository.slice(0, slash), repository: repository.slice(slash + 1) }
}

function registerTokens(scope: NativeScope, context: AdministrationContext): void {
  const { directory, administration } = context
  const body = Type.Object(
    {
      user: UserReference,
      name: Type.Optional(Name),
      scopes: Type.Array(Type.Enum(SCOPES), { minItems: 1 }),
      sources: Type.Optional(TokenSources),
      expiresAt: Type.Optional(
        Type.String({ documented: { format: 'date-time', description: 'In the future' } }),
      ),
    },
    { ...Closed, examples: [{ user: 'alice', name: 'laptop', scopes: ['events:read'] }] },
  )
  const created = {
    operationId: 'createToken',
    summary: 'Create a token; it is shown only in this answer',
    body,
    response: { 201: NewTokenSchema },
  }
  const create = { schema: created, onRequest: administrators(context, 'token.create') }
  scope.post('/v1/tokens', create, async (request, reply) => {
    const by = administratorOf(request)
    const { info, token } = await administration.createToken(by, request.body)
    return reply.code(201).send({ ...info, token })
  })
  registerList(scope, context, {
    path: '/v1/tokens',
    operationId: 'listTokens',
    name: 'tokens',
    item: TokenSchema,
    read: (tenant) => directory.tokens(tenant),
  })
  registerDeletion(scope, context, {
    path: '/v1/tokens/:id',
    operationId: 'revokeToken',
    summary: 'Revoke a token',
    act: 'token.revoke',
    remove: (by, id) => administration.revokeToken(by, id),
  })
}

/** A list of the administrator's tenant. */
interface List {
  readonly path: string
  readonly operationId: string
  /** What is listed, which is also its member of the answer. */
  readonly name: string
  readonly item: Type.TSchema
  read(tenant: string | null): readonly object[]
}

function registerList(scope: NativeScope, context: AdministrationContext, list: List): void {
  const { path, operationId, name, item, read } = list
  const schema = {
    operationId,
    summary: `List the ${name} of the tenant`,
    response: { 200: listOf(name, item) },
  }
  scope.get(path, { schema, onRequest: administrators(context) }, async (request) => ({
    [name]: read(principalOf(request).tenant),
  }))
}

/** What a route deletes, by the id in its path. */
interface Deletion {
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly act: AccessAct
  remove(by: Administrator, id: string): Promise<void>
}

function registerDeletion(
  scope: NativeScope,
  context: AdministrationContext,
  { path, operationId, summary, act, remove }: Deletion,
): void {
  const schema = { operationId, summary, params: ById, response: NoContent }
  const onRequest = administrators(context, act)
  scope.delete(path, { schema, onRequest }, async (request, reply) => {
    await remove(administratorOf(request), request.params.id)
    return reply.code(204).send()
  })
}
