import { type Static, Type } from 'typebox'
import type { Clock } from '../../core/time/timestamp.ts'
import { mintUuid } from '../../core/values/uuid.ts'
import type { RecordStore } from '../records/record-store.ts'
import { openTable, type RecordTable } from '../records/record-table.ts'
import type { Announce, NewGrant, User } from './directory.ts'
import { missing, requirePlace } from './names.ts'
import { GRANT_ROLES, type Grant } from './principal.ts'
import type { Users } from './users.ts'

/** The record of a grant, of kind `grant`; `user` is an id. */
const GrantRecord = Type.Object({
  id: Type.String(),
  user: Type.String(),
  role: Type.Enum(GRANT_ROLES),
  namespace: Type.String(),
  repository: Type.Optional(Type.String()),
})
type GrantRecord = Static<typeof GrantRecord>

/** What grants are made with. */
interface GrantServices {
  readonly users: Pick<Users, 'isSeen'>
  readonly clock: Clock
}

/** Reads the grants. Throws as `openTable` does. */
export async function openGrants(records: RecordStore, services: GrantServices): Promise<Grants> {
  return new Grants(await openTable(records, { kind: 'grant', schema: GrantRecord }), services)
}

/** Rights of users on namespaces and repositories. */
export class Grants {
  readonly #table: RecordTable<GrantRecord>
  readonly #services: GrantServices
  /** Every request asks for those of its user. */
  readonly #ofUser = new Map<string, readonly Grant[]>()

  constructor(table: RecordTable<GrantRecord>, services: GrantServices) {
    this.#table = table
    this.#services = services
    for (const grant of table.all()) this.#index(grant)
  }

  list(tenant: string | null): readonly Grant[] {
    const { users } = this.#services
    return this.#table.all().filter(({ user }) => users.isSeen(tenant, user))
  }

  ofUser(id: string): readonly Grant[] {
    return this.#ofUser.get(id) ?? []
  }

  async create(owner: User, grant: NewGrant, announce: Announce<Grant>): Promise<Grant> {
    const { role, namespace, repository } = grant
    const record: GrantRecord = {
      id: mintUuid(Math.floor(this.#services.clock() / 1000)),
      user: owner.id,
      role,
      namespace: requirePlace('/namespace', namespace),
      ...(repository === undefined ? {} : { repository: requirePlace('/repository', repository) }),
    }
    await announce(record)
    await this.#table.put(record.id, record)
    this.#index(record)
    return record
  }

  async delete(tenant: string | null, id: string, announce: Announce<Grant>): Promise<void> {
    const grant = this.#table.rows.get(id)
    if (grant === undefined || !this.#services.users.isSeen(tenant, grant.user)) {
      throw missing('grant')
    }
    await announce(grant)
    await this.#remove(grant)
  }

  async removeAllOf(user: string): Promise<void> {
    for (const grant of this.ofUser(user)) await this.#remove(grant)
  }

  #index(grant: Grant): void {
    this.#ofUser.set(grant.user, [...this.ofUser(grant.user), grant])
  }

  async #remove({ id, user }: Grant): Promise<void> {
    await this.#table.remove(id)
    const left = this.ofUser(user).filter((grant) => grant.id !== id)
    if (left.length > 0) this.#ofUser.set(user, left)
    else this.#ofUser.delete(user)
  }
}
