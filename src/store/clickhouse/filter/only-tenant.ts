import type { EventFilter } from '../../../core/query/query.ts'
import type { ClickHouseConnection } from '../connection/connection.ts'

type Tenants = EventFilter['tenants']

/** Tenants that are remembered; only whether there is more than one matters. */
const TENANTS_NOTED_MAX = 2

/**
 * Narrows queries about all tenants to the only tenant, if there is just one: the engine can then
 * read in order, instead of sorting the events of several tenants.
 *
 * If only this process writes, the tenants are those found at first and those noted since.
 * Otherwise a parallel query of 2 ms checks the tenants with each read, until there are several; an
 * answer that may lack a second tenant's events is discarded.
 */
export class OnlyTenant {
  readonly #connection: ClickHouseConnection
  /** Tenants of events written here, and those found by the latest check. */
  readonly #known = new Set<string>()
  #hasLooked = false

  constructor(connection: ClickHouseConnection) {
    this.#connection = connection
  }

  /** Notes the tenant of an event that is about to be written. */
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
   * The tenants to query instead of `tenants`. If others write too, the answer may be out of date.
   */
  async narrowed(tenants: Tenants): Promise<Tenants> {
    if (tenants !== 'all') return tenants
    if (!this.#hasLooked) await this.#look()
    return this.#known.size === 1 ? [...this.#known] : tenants
  }

  /** The same, but only on a connection with a single writer, where it stays correct. */
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
