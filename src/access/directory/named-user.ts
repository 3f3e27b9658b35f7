import { invalidValue } from '../../core/errors.ts'
import type { Directory, User } from './directory.ts'

/** Users of one name that an error lists; the number of all is in it as well. */
const USERS_LISTED_MAX = 10

/**
 * The one user that a name or an id means. A name that users of several tenants have means none of
 * them: a token or a right for the wrong one would go unnoticed.
 *
 * @param tenant the administrator's (`null`: all); users of other tenants are not named.
 * @throws Fault `request.invalid`, with the ids of the users that have the name.
 */
export function requireUser(
  directory: Pick<Directory, 'user' | 'users'>,
  tenant: string | null,
  nameOrId: string,
): User {
  const user = directory.user(tenant, nameOrId)
  if (user !== undefined) return user
  const named = directory.users(tenant).filter(({ name }) => name === nameOrId)
  const expected =
    named.length > 1 ? `the id of one of the ${list(named)}` : 'the name or the id of one user'
  throw invalidValue('/user', expected)
}

/** `2 users named admin: 0198… (all tenants), 0199… (tenant default)`. */
function list(users: readonly User[]): string {
  const listed = users
    .slice(0, USERS_LISTED_MAX)
    .map(({ id, tenant }) => `${id} (${tenant === null ? 'all tenants' : `tenant ${tenant}`})`)
  const more = users.length > USERS_LISTED_MAX ? ', …' : ''
  return `${users.length} users named ${users[0]?.name}: ${listed.join(', ')}${more}`
}
