import { Type } from 'typebox'
import {
  PLACE_PATTERN,
  TEXT_LENGTH_MAX,
  TEXT_PATTERN,
  USER_NAME_PATTERN,
} from '../../../access/directory/names.ts'
import { GRANT_ROLES, ROLES, SCOPES, USER_KINDS } from '../../../access/directory/principal.ts'
import { TOKEN_SOURCES_MAX } from '../../../access/directory/source-claims.ts'
import { REPOSITORY_LENGTH_MAX } from '../../../core/limits.ts'
import { REPOSITORY_PATTERN } from '../../../core/values/repository-name.ts'

/** A text that the directory validates, because it gives better messages than a pattern can. */
function text(pattern: string, lengthMax: number, description: string) {
  const documented = { pattern, maxLength: lengthMax, description }
  return Type.String({ minLength: 1, documented })
}

/** A text of a user, grant or token. */
export const Name = text(TEXT_PATTERN, TEXT_LENGTH_MAX, 'Visible characters')
/** The name of a user to create. */
export const UserName = text(
  USER_NAME_PATTERN,
  TEXT_LENGTH_MAX,
  'In Unicode normalization form C; neither a path nor a UUID',
)
/** The user that something is for. */
export const UserReference = Type.String({
  documented: { minLength: 1, description: 'Name or id of an existing user' },
})
/** A namespace that a grant is for. */
export const Place = text(PLACE_PATTERN, TEXT_LENGTH_MAX, 'One namespace')
/** A repository that a grant is for. */
export const GrantedRepository = Type.Intersect([
  text(PLACE_PATTERN, TEXT_LENGTH_MAX, 'Without `namespace`: `namespace/repository`'),
  text(REPOSITORY_PATTERN, REPOSITORY_LENGTH_MAX, 'One repository'),
])
/** A source that a token is bound to. */
export const TokenSources = Type.Array(
  Type.String({
    documented: {
      pattern: '^(?!waybill/)[a-z][a-z0-9-]{0,63}/[!-.0-~][!-~]{0,254}$',
      description: 'A source whose events it may send: `KIND/NAME`',
    },
  }),
  { documented: { maxItems: TOKEN_SOURCES_MAX } },
)

const Id = Type.String({ format: 'uuid' })
const Time = Type.String({ format: 'date-time' })

/** A user in the answers of the API. */
export const UserSchema: Type.TSchema = Type.Object(
  {
    id: Id,
    name: Type.String({ examples: ['alice'] }),
    email: Type.Optional(Type.String()),
    kind: Type.Enum(USER_KINDS),
    tenant: Type.Union([Type.String({ examples: ['default'] }), Type.Null()], {
      description: 'null: no tenant, an administrator of the whole installation',
    }),
    roles: Type.Array(Type.Enum(ROLES)),
    createdAt: Time,
    ownNamespace: Type.Optional(
      Type.Boolean({ description: 'false: the namespace of the same name requires a grant' }),
    ),
  },
  { title: 'User', description: 'The user' },
)

/** A grant in the answers of the API. */
export const GrantSchema: Type.TSchema = Type.Object(
  {
    id: Id,
    user: Type.String({ format: 'uuid', description: 'Id of the user' }),
    role: Type.Enum(GRANT_ROLES),
    namespace: Type.String({ examples: ['acme'] }),
    repository: Type.Optional(Type.String({ description: 'Absent: the whole namespace' })),
  },
  { title: 'Grant', description: 'The grant' },
)

const TokenMembers = {
  id: Type.String({ examples: ['Nj0XrlYreYIuGyUbcP98'] }),
  user: Type.String({ format: 'uuid', description: 'Id of the user' }),
  name: Type.Optional(Type.String()),
  scopes: Type.Array(Type.Enum(SCOPES)),
  sources: Type.Optional(Type.Array(Type.String({ description: '`KIND/NAME`' }))),
  createdAt: Time,
  expiresAt: Type.Optional(Time),
  revokedAt: Type.Optional(Time),
}

/** A token as it is listed. */
export const TokenSchema: Type.TSchema = Type.Object(TokenMembers, {
  title: 'Token',
  description: 'The token, without its secret',
})

/** A token as it is returned once. */
export const NewTokenSchema: Type.TSchema = Type.Object(
  {
    ...TokenMembers,
    token: Type.String({ description: 'The token for requests', examples: ['wb_…'] }),
  },
  { title: 'NewToken', description: 'The token with its secret' },
)

/** The answer of a list. */
export function listOf(name: string, item: Type.TSchema): Type.TSchema {
  return Type.Object(
    { [name]: Type.Array(item) },
    { description: 'Everything that the caller may see' },
  )
}
