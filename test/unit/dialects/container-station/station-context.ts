import type { StoredEvent } from '../../../../src/core/event/event.ts'
import type { EventReader, EventReaders } from '../../../../src/core/query/query.ts'
import type { Caller } from '../../../../src/dialects/container-station/credentials.ts'
import { idleLedger, idleStatus } from '../../../support/idle-ledger.ts'
import { eventOf } from '../../../support/store-events.ts'
import { StoreModel } from '../../../support/store-model.ts'

const ORIGIN = 'station'

/** A ledger and its reader over an array, which wakes who waits for its growth. */
export class StationModel {
  readonly model = new StoreModel()
  tails = 0
  #size = 0
  readonly #waiting = new Set<() => void>()

  readonly events: EventReader = {
    page: async (query) => this.model.page(query),
    get: async () => undefined,
    tail: async (query) => {
      this.tails += 1
      return this.model.tail(query)
    },
    count: async (filter) => this.model.matching(filter).length,
    histogram: async (query) => this.model.histogram(query),
    topValues: () => {
      throw new Error('a station counts no values')
    },
    stream: (filter) => batches(this.model.matching(filter)),
    export: () => {
      throw new Error('a station exports nothing by the store')
    },
  }

  readonly readers: EventReaders = { own: this.events, of: () => this.events }

  readonly ledger = idleLedger({
    status: () => idleStatus({ origin: ORIGIN, size: this.#size, readableSize: this.#size }),
    waitForReadableOver: (size, signal) =>
      new Promise((resolve) => {
        const look = () => {
          if (this.#size <= size && !signal.aborted) return
          this.#waiting.delete(look)
          resolve(this.#size)
        }
        signal.addEventListener('abort', look)
        this.#waiting.add(look)
        look()
      }),
  })

  add(...events: Parameters<typeof eventOf>[0][]): void {
    for (const fields of events) {
      this.model.events.push({ event: eventOf(fields), origin: ORIGIN, seq: this.#size })
      this.#size += 1
    }
    for (const look of [...this.#waiting]) look()
  }

  get waiting(): number {
    return this.#waiting.size
  }
}

async function* batches(events: readonly StoredEvent[]) {
  for (let start = 0; start < events.length; start += 3) yield events.slice(start, start + 3)
}

/** Somebody with these roles in the default tenant. */
export function callerNamed(
  name: string,
  roles: Caller['principal']['roles'] = ['auditor'],
): Caller {
  return {
    tenant: 'default',
    principal: {
      userId: name,
      name,
      kind: 'user',
      tenant: 'default',
      roles,
      grants: [],
      tokenId: 'token',
      scopes: ['admin'],
    },
  }
}
