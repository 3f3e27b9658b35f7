import type { FastifyRequest } from 'fastify'
import type { Principal } from '../../../access/directory/principal.ts'
import { hasScope } from '../../../access/directory/visibility.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { sendJson } from '../api/json.ts'
import type { QuayAnswer } from '../api/services.ts'
import { administers, isSuperuser } from '../credentials.ts'
import { problem } from '../errors.ts'
import { avatarOf } from './avatar.ts'
import { callerOf, requirePrincipal } from './caller.ts'

/** Quay's default for how long a deleted tag can be restored, in seconds: two weeks. */
export const TAG_EXPIRATION_SECONDS = 1_209_600

/** `GET /api/v1/user/`: who is signed in, for Quay's pages. */
export const showCurrentUser: QuayAnswer = (request, reply, { context }) => {
  return sendJson(reply, userView(readerOf(request), context))
}

/** `GET /api/v1/user/notifications`: always an empty list. */
export const listNotifications: QuayAnswer = (request, reply) => {
  if (!hasScope(requirePrincipal(request), ['user:admin'])) throw problem('insufficient_scope')
  return sendJson(reply, { notifications: [], additional: false })
}

/** @throws QuayError 401; Quay answers so to a token without the scope too. */
function readerOf(request: FastifyRequest): Principal {
  const principal = callerOf(request)?.principal
  const mayRead = principal !== undefined && hasScope(principal, ['user:read', 'user:admin'])
  if (!mayRead) throw problem('invalid_token')
  return principal
}

function userView(principal: Principal, context: DialectContext): JsonObject {
  const { name, email, kind } = principal
  const avatarKind = kind === 'robot' ? 'robot' : 'user'
  return {
    anonymous: false,
    username: name,
    avatar: avatarOf({ name, email, kind: avatarKind }),
    ...(hasScope(principal, ['user:admin']) && {
      can_create_repo: false,
      is_me: true,
      verified: true,
      email: email ?? '',
      logins: [],
      invoice_email: false,
      invoice_email_address: null,
      preferred_namespace: false,
      tag_expiration_s: TAG_EXPIRATION_SECONDS,
      prompts: [],
      company: null,
      family_name: null,
      given_name: null,
      location: null,
      is_free_account: true,
      has_password_set: true,
    }),
    organizations: namespacesOf(principal, context).map((namespace) => ({
      name: namespace,
      avatar: avatarOf({ name: namespace, kind: 'org' }),
      can_create_repo: false,
      public: false,
      is_org_admin: isSuperuser(principal) || administers(principal, { namespace }),
      preferred_namespace: false,
    })),
    ...superuserFlags(principal),
  }
}

/** The namespaces that a user has to do with, besides its own. */
function namespacesOf(
  principal: Principal,
  { directory, defaultTenant }: DialectContext,
): readonly string[] {
  const tenant = principal.tenant ?? defaultTenant
  const organizations = isSuperuser(principal)
    ? directory.users(tenant).filter(({ kind }) => kind === 'organization')
    : []
  const names = [...principal.grants.map((grant) => grant.namespace), ...organizations.map(nameOf)]
  return [...new Set(names)].filter((name) => name !== principal.name).sort()
}

function superuserFlags(principal: Principal): JsonObject {
  if (!hasScope(principal, ['super:user'])) return {}
  return {
    ...(principal.roles.includes('administrator') && { super_user: true }),
    ...(principal.roles.includes('auditor') && { global_readonly_super_user: true }),
  }
}

function nameOf({ name }: { readonly name: string }): string {
  return name
}
