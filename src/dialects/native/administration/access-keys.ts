import { Type } from 'typebox'
import { principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import type { NativeScope } from '../native-scope.ts'
import { UserReference } from './access-schemas.ts'
import { administratorOf, administrators } from './administrators.ts'

const NoContent: Record<204, Type.TSchema> = { 204: Type.Null() }
const Info = {
  accessKey: Type.String({ examples: ['H7GKQ2XN4T0ZC9PWB1RM'] }),
  user: Type.String({ format: 'uuid', description: 'Id' }),
  createdAt: Type.String({ format: 'date-time' }),
}
const Created: Type.TSchema = Type.Object(
  { ...Info, secretKey: Type.String() },
  { title: 'NewAccessKey', description: 'The new access key' },
)
const Listed: Type.TSchema = Type.Object(
  { accessKeys: Type.Array(Type.Object(Info, { title: 'AccessKey' })) },
  { description: 'The access keys, without their secrets' },
)

/** `/v1/access-keys`: pairs of keys for signing requests. */
export function registerAccessKeys(
  scope: NativeScope,
  context: Pick<DialectContext, 'accessKeys' | 'directory' | 'administration'>,
): void {
  const { accessKeys, administration } = context
  const created = {
    operationId: 'createAccessKey',
    summary: 'Create an access key; the secret is shown only in this answer',
    body: Type.Object(
      { user: UserReference },
      { additionalProperties: false, examples: [{ user: 'alice' }] },
    ),
    response: { 201: Created },
  }
  const create = { schema: created, onRequest: administrators(context, 'access-key.create') }
  scope.post('/v1/access-keys', create, async (request, reply) => {
    const by = administratorOf(request)
    const pair = await administration.createAccessKey(by, request.body.user)
    return reply.code(201).send(pair)
  })
  const listed = {
    operationId: 'listAccessKeys',
    summary: 'List the access keys of the tenant',
    response: { 200: Listed },
  }
  const list = { schema: listed, onRequest: administrators(context) }
  scope.get('/v1/access-keys', list, async (request) => ({
    accessKeys: accessKeys.list(principalOf(request).tenant),
  }))
  const deleted = {
    operationId: 'deleteAccessKey',
    summary: 'Delete an access key',
    params: Type.Object({ accessKey: Type.String({ description: 'The public half of the pair' }) }),
    response: NoContent,
  }
  const route = '/v1/access-keys/:accessKey'
  const remove = { schema: deleted, onRequest: administrators(context, 'access-key.delete') }
  scope.delete(route, remove, async (request, reply) => {
    await administration.deleteAccessKey(administratorOf(request), request.params.accessKey)
    return reply.code(204).send()
  })
}
