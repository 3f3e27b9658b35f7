import type { EventReader } from '../../../core/query/query.ts'
import { visibilityOf } from '../selection.ts'
import type { ContainerView } from './container-view.ts'
import type { ContainerQuery, Containers, Usage } from './containers.ts'

/** Longest time for a lookup, ms. */
const LOOK_MS_MAX = 30_000

interface LooksOptions {
  /** Reads for all callers, so a lookup continues when the client that started it is gone. */
  readonly events: EventReader
  readonly usage: Usage
  /** Aborts every lookup. */
  readonly signal: AbortSignal
}

type Look = Promise<ContainerView | undefined>

/**
 * Shares lookups among concurrent callers. Callers that arrive during a lookup share the next one,
 * so a result is never older than the request for it.
 */
export class SharedLooks {
  readonly #containers: Pick<Containers, 'find'>
  readonly #options: LooksOptions
  readonly #running = new Map<string, Look>()
  readonly #next = new Map<string, Look>()

  constructor(containers: Pick<Containers, 'find'>, options: LooksOptions) {
    this.#containers = containers
    this.#options = options
  }

  look(query: ContainerQuery): Look {
    const { caller, type, name } = query
    const key = JSON.stringify([visibilityOf(caller), type, name])
    const next = this.#next.get(key)
    if (next !== undefined) return next
    const running = this.#running.get(key)
    if (running === undefined) return this.#start(key, query)
    const following = running
      .catch(() => undefined)
      .then(() => {
        this.#next.delete(key)
        return this.#start(key, query)
      })
    this.#next.set(key, following)
    return following
  }

  #start(key: string, query: ContainerQuery): Look {
    const { events, signal, usage } = this.#options
    const limited = AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS_MAX)])
    const look = this.#containers
      .find(query, { events, signal: limited, usage })
      .finally(() => this.#running.delete(key))
    this.#running.set(key, look)
    return look
  }
}
