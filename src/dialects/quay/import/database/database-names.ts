import type { LogRow } from '../log-row.ts'
import type { NameSource, QuayAccount } from '../row-names.ts'
import type { QuayDatabase } from './quay-database.ts'

/** Names of one sort that are kept; above that, all are dropped and read again. */
const NAMES_KEPT_MAX = 100_000

/** The current names in a Quay's database; each is queried once. */
export async function openDatabaseNames(database: QuayDatabase): Promise<NameSource> {
  const kinds = await readKinds(database)
  const accounts = new LearntNames((ids) => readAccounts(database, ids))
  const repositories = new LearntNames((ids) => readRepositories(database, ids))
  return {
    async namesOf(rows: readonly LogRow[]) {
      await accounts.learn(rows.flatMap((row) => [row.accountId, row.performerId]))
      await repositories.learn(rows.map(({ repositoryId }) => repositoryId))
      return {
        kind: (id) => kinds.get(id),
        account: (id) => accounts.get(id),
        repository: (id) => repositories.get(id),
      }
    },
  }
}

/** Names by id, queried when they are first needed. */
class LearntNames<Name> {
  readonly #read: (ids: readonly number[]) => Promise<ReadonlyMap<number, Name>>
  /** Undefined for an id that no longer has a name. */
  readonly #known = new Map<number, Name | undefined>()

  constructor(read: (ids: readonly number[]) => Promise<ReadonlyMap<number, Name>>) {
    this.#read = read
  }

  get(id: number): Name | undefined {
    return this.#known.get(id)
  }

  /** After this, `get` knows these ids. */
  async learn(ids: readonly (number | null)[]): Promise<void> {
    if (this.#known.size > NAMES_KEPT_MAX) this.#known.clear()
    const distinct = [...new Set(ids)].filter((id) => id !== null)
    const wanted = distinct.filter((id) => !this.#known.has(id))
    if (wanted.length === 0) return
    const found = await this.#read(wanted)
    for (const id of wanted) this.#known.set(id, found.get(id))
  }
}

async function readKinds(database: QuayDatabase): Promise<ReadonlyMap<number, string>> {
  const rows = await database.query<{ readonly id: number; readonly name: string }>(
    'SELECT id, name FROM logentrykind',
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}

interface AccountRow {
  readonly id: number
  readonly username: string
  readonly email: string | null
  readonly robot: boolean
}

async function readAccounts(
  database: QuayDatabase,
  ids: readonly number[],
): Promise<ReadonlyMap<number, QuayAccount>> {
  const rows = await database.query<AccountRow>(
    'SELECT id, username, email, robot FROM "user" WHERE id = ANY($1::integer[])',
    [ids],
  )
  return new Map(
    rows.map(({ id, username, email, robot }) => [
      id,
      { name: username, email: email ?? undefined, isRobot: robot },
    ]),
  )
}

async function readRepositories(
  database: QuayDatabase,
  ids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await database.query<{ readonly id: number; readonly name: string }>(
    'SELECT id, name FROM repository WHERE id = ANY($1::integer[])',
    [ids],
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}
