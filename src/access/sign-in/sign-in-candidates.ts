import type { User } from '../directory/directory.ts'
import type { UserKind } from '../directory/principal.ts'

/**
 * Most users whose password one attempt is compared with. Each comparison takes some 60 ms, and a
 * name that users of more tenants have signs in by e-mail address.
 */
export const SIGN_IN_CANDIDATES_MAX = 8

/** A robot has tokens, an organization asks for nothing itself: no password of theirs counts. */
const NEVER_SIGN_IN: readonly UserKind[] = ['robot', 'organization']

/**
 * The users that a name or e-mail address may mean. First come those that no other user can
 * displace: without a tenant, then the oldest of each tenant, then the others by age.
 *
 * @param tenant of the users besides those that have none; undefined: any.
 */
export function signInCandidates(
  users: Iterable<User>,
  tenant: string | undefined,
  nameOrEmail: string,
): readonly User[] {
  const email = nameOrEmail.toLowerCase()
  const meant = [...users]
    .filter(({ kind }) => !NEVER_SIGN_IN.includes(kind))
    .filter((user) => tenant === undefined || user.tenant === tenant || user.tenant === null)
    .filter((user) => user.name === nameOrEmail || user.email?.toLowerCase() === email)
    .sort((left, right) => (ageOf(left) < ageOf(right) ? -1 : 1))
  return inTurns(meant).slice(0, SIGN_IN_CANDIDATES_MAX)
}

/** Times have one form; of one moment, the ids decide. */
function ageOf({ createdAt, id }: User): string {
  return `${createdAt} ${id}`
}

/** The most candidates that any name or address has, and at least 1. */
export function candidatesMax(users: Iterable<User>): number {
  const counts = new Map<string, number>()
  for (const { kind, name, email } of users) {
    if (NEVER_SIGN_IN.includes(kind)) continue
    for (const key of new Set([name.toLowerCase(), (email ?? name).toLowerCase()])) {
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  let most = 1
  for (const count of counts.values()) most = Math.max(most, count)
  return Math.min(most, SIGN_IN_CANDIDATES_MAX)
}

/** The first of each tenant, then the second ones: users of one tenant keep no other's out. */
function inTurns(users: readonly User[]): readonly User[] {
  const seen = new Map<string | null, number>()
  const ranked = users.map((user) => {
    const turn = seen.get(user.tenant) ?? 0
    seen.set(user.tenant, turn + 1)
    return { user, turn: user.tenant === null ? -1 : turn }
  })
  return ranked.sort((left, right) => left.turn - right.turn).map(({ user }) => user)
}
