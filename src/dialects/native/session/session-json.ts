import { type Static, Type } from 'typebox'
import { ROLES, SCOPES, USER_KINDS } from '../../../access/directory/principal.ts'
import type { Session, SessionInfo } from '../../../access/sign-in/sessions.ts'
import { formatTimestamp } from '../../../core/time/timestamp.ts'
import type { DialectContext } from '../../api/dialect.ts'

const Time = Type.String({ format: 'date-time' })
const Tenant = Type.Union([Type.String({ examples: ['default'] }), Type.Null()], {
  description: 'null: an administrator of the whole installation',
})

/** The session of a request, as the API shows it. */
export const SessionSchema = Type.Object(
  {
    user: Type.Object({
      id: Type.String({ format: 'uuid' }),
      name: Type.String({ examples: ['alice'] }),
      tenant: Tenant,
      kind: Type.Enum(USER_KINDS),
    }),
    roles: Type.Array(Type.Enum(ROLES)),
    scopes: Type.Array(Type.Enum(SCOPES), {
      description: 'Those of the token that the session began with; all after a password',
    }),
    tenant: Tenant,
    hasPassword: Type.Boolean({ description: 'Whether the user can sign in with a password' }),
    expiresAt: Type.String({
      format: 'date-time',
      description: 'When the session ends if it is not used before',
    }),
  },
  { title: 'Session', description: 'The session' },
)

/** Shows the session of a request. */
export function sessionJson(
  { principal, info }: Session,
  { directory }: Pick<DialectContext, 'directory'>,
): Static<typeof SessionSchema> {
  const { userId, name, tenant, kind, roles, scopes } = principal
  return {
    user: { id: userId, name, tenant, kind },
    roles: [...roles],
    scopes: [...scopes],
    tenant,
    hasPassword: directory.hasPassword(userId),
    expiresAt: formatTimestamp(info.endsMicros),
  }
}

/** A session in the list of a user's. */
export const ListedSessionSchema = Type.Object(
  {
    id: Type.String(),
    dialect: Type.String({ description: 'The API that it began in', examples: ['native'] }),
    startedAt: Time,
    usedAt: Time,
    expiresAt: Time,
    ip: Type.Optional(Type.String({ description: 'Where it began' })),
    userAgent: Type.Optional(Type.String()),
    isCurrent: Type.Boolean({ description: 'Whether it is that of the request' }),
  },
  { title: 'ListedSession' },
)

/** Shows a session of a user's list. */
export function listedSessionJson(
  info: SessionInfo,
  current: SessionInfo,
): Static<typeof ListedSessionSchema> {
  const { id, dialect, startedMicros, usedMicros, endsMicros, client } = info
  return {
    ...{ id, dialect },
    startedAt: formatTimestamp(startedMicros),
    usedAt: formatTimestamp(usedMicros),
    expiresAt: formatTimestamp(endsMicros),
    ...(client?.ip !== undefined && { ip: client.ip }),
    ...(client?.userAgent !== undefined && { userAgent: client.userAgent }),
    isCurrent: id === current.id,
  }
}
