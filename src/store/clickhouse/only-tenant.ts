import type { EventPage, PageQuery } from '../../core/query.ts'
import type { ClickHouseConnection } from './connection.ts'

/** What is known of a store's tenants: nothing, that there are several, or the one there is. */
type Known = 'nothing' | 'several' | { readonly tenant: string }

/**
 * Answers questions about all tenants as such about the one there is, if that is so: those are
 * answered in order, where events of several tenants have to be sorted.
 *
 * Whether it is still so is asked beside each question, in 2 ms, since other instances may write to
 * the store: an answer that a second tenant's events are missing from is thrown away. Once there
 * were several it is not asked again.
 */
export class OnlyTenant {
  readonly #connection: ClickHouseConnection
  #known: Known = 'nothing'

  constructor(connection: ClickHouseConnection) {
    this.#connection = connection
  }

  async answer(
    query: PageQuery,
    read: (query: PageQuery) => Promise<EventPage>,
  ): Promise<EventPage> {
    if (query.filter.tenants !== 'all') return read(query)
    if (this.#known === 'nothing') this.#known = await this.#look()
    if (typeof this.#known === 'string') return read(query)
    const { tenant } = this.#known
    const narrowed = { ...query, filter: { ...query.filter, tenants: [tenant] } }
    const [now, page] = await Promise.all([this.#look(), read(narrowed)])
    if (typeof now === 'object' && now.tenant === tenant) return page
    this.#known = now
    return read(query)
  }

  async #look(): Promise<Known> {
    const rows = await this.#connection.rows<[string, string, number]>({
      sql: 'SELECT min(tenant), max(tenant), count() FROM events',
    })
    const [[first = '', last = '', events = 0] = []] = rows
    if (events === 0) return 'nothing'
    return first === last ? { tenant: first } : 'several'
  }
}
