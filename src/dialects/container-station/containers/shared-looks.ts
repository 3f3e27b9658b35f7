import type { EventReader } from '../../../core/query/query.ts'
import { visibilityOf } from '../selection.ts'
import type { ContainerView } from './container-view.ts'
import type { ContainerQuery, Containers, Usage } from './containers.ts'

/** Longest time that a look takes, ms. */
const LOOK_MS_MAX = 30_000

interface LooksOptions {
  /** Others share a look: it goes on when the client that asked for it is gone. */
  readonly events: EventReader
  readonly usage: Usage
  /** Breaks off every look. */
  readonly signal: AbortSignal
}

type Look = Promise<ContainerView | undefined>

/**
 * Looks at containers for many at once. Whoever asks while a look at the same container is under
 * way shares the next one with everybody else who does: so an answer never tells of a time before
 * it was asked for.
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
