import { Type } from 'typebox'
import { mayAdminister } from '../../access/visibility.ts'
import { authenticated, principalOf } from '../authentication.ts'
import type { DialectContext } from '../dialect.ts'
import type { NativeScope } from './native-scope.ts'

const NoContent: Record<204, Type.TSchema> = { 204: Type.Null() }
const Info = {
  accessKey: Type.String(),
  user: Type.String({ description: 'Id' }),
  createdAt: Type.String({ description: 'RFC 3339' }),
}
const Created: Type.TSchema = Type.Object({ ...Info, secretKey: Type.String() })
const Listed: Type.TSchema = Type.Object({ accessKeys: Type.Array(Type.Object(Info)) })

/** `/v1/access-keys`: pairs of keys with which requests are signed. */
export function registerAccessKeys(
  scope: NativeScope,
  { accessKeys, directory }: Pick<DialectContext, 'accessKeys' | 'directory'>,
): void {
  const onRequest = authenticated(directory, { scopes: ['admin'], may: mayAdminister })
  const created = {
    summary: 'Create an access key; its secret is shown in this answer and never again',
    body: Type.Object(
      { user: Type.String({ description: 'Name or id' }) },
      { additionalProperties: false },
    ),
    response: { 201: Created },
  }
  scope.post('/v1/access-keys', { schema: created, onRequest }, async (request, reply) => {
    const pair = await accessKeys.create(principalOf(request).tenant, request.body.user)
    void reply.header('Cache-Control', 'no-store')
    return reply.code(201).send(pair)
  })
  const listed = { summary: 'The access keys of the tenant', response: { 200: Listed } }
  scope.get('/v1/access-keys', { schema: listed, onRequest }, async (request) => ({
    accessKeys: accessKeys.list(principalOf(request).tenant),
  }))
  const deleted = {
    summary: 'Delete an access key',
    params: Type.Object({ accessKey: Type.String() }),
    response: NoContent,
  }
  const route = '/v1/access-keys/:accessKey'
  scope.delete(route, { schema: deleted, onRequest }, async (request, reply) => {
    await accessKeys.remove(principalOf(request).tenant, request.params.accessKey)
    return reply.code(204).send()
  })
}
