import type { EventFilter } from '../../../core/query/query.ts'
import type { ClickHouseConnection } from '../connection/connection.ts'

type Tenants = EventFilter['tenants']

/** Tenants that are kept count of: of more than one it does not matter how many. */
const TENANTS_NOTED_MAX = 2

/**
 * Answers questions about all tenants as such about the one there is, if that is so: those are
 * answered in order, where events of several tenants have to be sorted.
 *
 * Where nobody else writes, the tenants are those that were there at first and those noted since.
 * Otherwise whether it is still so is asked beside each question, in 2 ms, until there are several:
 * an answer that a second tenant's events are missing from is thrown away.
 */
export class OnlyTenant {
  readonly #connection: ClickHouseConnection
  /** Of events written here, and of those there were when this was last asked. */
  readonly #known = new Set<string>()
  #hasLooked = false

  constructor(connection: ClickHouseConnection) {
    this.#connection = connection
  }

  /** Takes note of the tenant of an event that is about to be written. */
  note(tenant: string): void {
    if (this.#known.size < TENANTS_NOTED_MAX) this.#known.add(tenant)
  }

  async answer<Answer>(
    tenants: Tenants,
    read: (tenants: Tenants) => Promise<Answer>,
  ): Promise<Answer> {
    const one = await this.narrowed(tenants)
    if (one === tenants) return read(tenants)
    const look = this.#connection.isExclusive ? undefined : this.#look()
    const [answer] = await Promise.all([read(one), look])
    return this.#known.size === 1 ? answer : read(tenants)
  }

  /**
   * The tenants to ask about instead of `tenants`. Where others write too they are only what was
   * known a moment ago.
   */
  async narrowed(tenants: Tenants): Promise<Tenants> {
    if (tenants !== 'all') return tenants
    if (!this.#hasLooked) await this.#look()
    return this.#known.size === 1 ? [...this.#known] : tenants
  }

  /** The same, but only on a connection with one writer, where it stays true. */
  async lastingly(tenants: Tenants): Promise<Tenants> {
    return this.#connection.isExclusive ? this.narrowed(tenants) : tenants
  }

  async #look(): Promise<void> {
    const rows = await this.#connection.rows<[string, string, number]>({
      sql: 'SELECT min(tenant), max(tenant), count() FROM events',
    })
    const [[first = '', last = '', events = 0] = []] = rows
    if (events > 0) for (const tenant of [first, last]) this.note(tenant)
    this.#hasLooked = true
  }
}
