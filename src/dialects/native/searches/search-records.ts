import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { EventFilter } from '../../../core/query/query.ts'
import { OWN_SOURCE_KIND } from '../../../core/values/source-name.ts'
import { EventQueue } from '../../../intake/queue.ts'
import { principalOf, usedTokenOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { type Asking, KnownSearches } from './known-searches.ts'
import { type AnsweredSearch, type SearchAnswer, searchEvent } from './search-event.ts'
import { searchNameOf } from './search-name.ts'

/**
 * Longest wait of the counts of a search for its page, in milliseconds; then they are its record.
 * No query takes longer.
 */
const PAGE_WAIT_MS = 60_000
/** Most searches whose counts wait for their page; further ones are recorded without it. */
const WAITING_MAX = 1_000
/** How often what the ledger refused is sent again, in milliseconds. */
const TICK_MS = 500

/**
 * Records each search once, as an event `log.search`: who asked what, and how many rows came back.
 *
 * The page, the histogram and the facets of a search are one record, by the name that they share;
 * what has no name is recorded once for a session and its filter, and hourly for a token. The event
 * is in the journal before the page is answered. While the ledger accepts none, searches are
 * answered nevertheless, and recorded later. A record is no search itself.
 */
export interface SearchRecords {
  /**
   * Records an answer to the sender of a request; resolves once it is in the ledger, or will be.
   *
   * @throws Fault `request.invalid` when the request names its search in another form.
   */
  record(request: FastifyRequest, filter: EventFilter, answer: SearchAnswer): Promise<void>
}

/** Records nothing, but refuses what the others refuse. */
export const NO_SEARCH_RECORDS: SearchRecords = {
  record: async (request) => void searchNameOf(request),
}

/** Records the searches of a server's requests until it closes. */
export function recordSearches(scope: FastifyInstance, context: DialectContext): SearchRecords {
  const { clock, ledger, defaultTenant } = context
  const queue = new EventQueue({
    append: (request) => ledger.append(request),
    source: { kind: OWN_SOURCE_KIND, name: ledger.status().origin },
    clock,
    contents: 'records of searches',
    leftOutEvent: ({ tenant, count }) => ({
      tenant,
      action: 'log.search',
      level: 'warn',
      outcome: 'failure',
      actor: { kind: 'system' },
      target: { type: 'log' },
      message: `${count} searches came faster than they could be recorded and were left out`,
      details: { count },
    }),
    isQuiet: true,
    trouble: (...args) => scope.log.warn(...args),
  })
  const known = new KnownSearches()
  const waiting = new WaitingCounts((search) => queue.add(search.tenant, searchEvent(search)))
  const timer = setInterval(() => queue.flush(), TICK_MS).unref()
  scope.addHook('onClose', async () => {
    clearInterval(timer)
    waiting.close()
    await queue.close()
  })
  return {
    async record(request, filter, answer) {
      const principal = principalOf(request)
      const name = searchNameOf(request)
      const timeMicros = clock()
      const asking: Asking = {
        caller: principal.tokenId,
        isToken: usedTokenOf(request) !== undefined,
        purpose: answer.form === 'download' ? 'download' : 'look',
        id: name?.id,
        filter,
      }
      const tenant = principal.tenant ?? defaultTenant
      const search = { tenant, timeMicros, principal, request, answer }
      const key = known.keyOf(asking, timeMicros)
      const isMet = known.meet(key, asking, timeMicros)
      const isPage = answer.form === 'page' && name?.isPart !== true
      if (isPage && waiting.end(key)) return queue.store(tenant, searchEvent(search))
      if (isMet) return
      if (isPage || name === undefined || !waiting.add(key, search)) {
        await queue.store(tenant, searchEvent(search))
      }
    },
  }
}

/** The searches whose counts were answered, and whose page was not yet. */
class WaitingCounts {
  readonly #waiting = new Map<string, { readonly timer: NodeJS.Timeout; give(): void }>()
  readonly #late: (search: AnsweredSearch) => void

  /** @param late takes the searches whose page did not come. */
  constructor(late: (search: AnsweredSearch) => void) {
    this.#late = late
  }

  /** Returns false when there is no room. */
  add(key: string, search: AnsweredSearch): boolean {
    if (this.#waiting.size >= WAITING_MAX) return false
    const give = () => {
      this.#waiting.delete(key)
      this.#late(search)
    }
    this.#waiting.set(key, { timer: setTimeout(give, PAGE_WAIT_MS).unref(), give })
    return true
  }

  /** Returns whether the search waited; it no longer does. */
  end(key: string): boolean {
    clearTimeout(this.#waiting.get(key)?.timer)
    return this.#waiting.delete(key)
  }

  /** Gives all up to be recorded. */
  close(): void {
    for (const { timer, give } of this.#waiting.values()) {
      clearTimeout(timer)
      give()
    }
  }
}
