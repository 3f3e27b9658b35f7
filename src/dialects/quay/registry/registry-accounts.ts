import type { User } from '../../../access/directory/directory.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import type { DialectContext } from '../../api/dialect.ts'
import type { RequestContext } from '../../api/request-context.ts'
import { avatarOf } from '../browser/avatar.ts'
import { knownNamespaces } from './known-repositories.ts'

type Sources = Pick<RequestContext, 'events' | 'directory'>

/** The organizations of a tenant: those with an account, and namespaces that events name. */
export async function organizationViews(
  tenant: string,
  sources: Sources,
): Promise<readonly JsonObject[]> {
  const users = new Map(sources.directory.users(tenant).map((user) => [user.name, user]))
  const names = new Set([...users.keys(), ...(await knownNamespaces(tenant, sources))])
  return [...names]
    .filter((name) => (users.get(name)?.kind ?? 'organization') === 'organization')
    .sort()
    .map((name) => {
      const email = users.get(name)?.email
      return { name, email: email ?? '', avatar: avatarOf({ name, email, kind: 'org' }) }
    })
}

/** The people of a tenant, as superusers see them. */
export function userViews(
  tenant: string,
  { directory }: Pick<DialectContext, 'directory'>,
): readonly JsonObject[] {
  return directory.users(tenant).filter(isPerson).map(userView)
}

function isPerson({ kind }: User): boolean {
  return kind === 'user'
}

function userView({ name, email, roles }: User): JsonObject {
  return {
    kind: 'user',
    name,
    username: name,
    email: email ?? '',
    verified: true,
    avatar: avatarOf({ name, email, kind: 'user' }),
    super_user: roles.includes('administrator'),
    global_readonly_super_user: roles.includes('auditor'),
    enabled: true,
  }
}
