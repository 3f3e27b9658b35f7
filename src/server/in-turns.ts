import { setImmediate } from 'node:timers/promises'
import { DELIVERY_EVENTS_READ_AT_ONCE } from './limits.ts'

/** A delivery may hold thousands of events: other requests are answered in between. */
export async function* inTurns<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % DELIVERY_EVENTS_READ_AT_ONCE === 0) await setImmediate()
    yield item
  }
}
