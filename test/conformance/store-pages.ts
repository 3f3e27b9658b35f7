import { expect, test } from 'vitest'
import type { Event } from '../../src/core/event/event.ts'
import type { EventFilter, EventReader, Order, Position } from '../../src/core/query/query.ts'
import { formatTimestamp } from '../../src/core/time/timestamp.ts'
import { BASE_MICROS, eventOf } from '../support/store-events.ts'
import type { StoreHarness } from '../support/store-harness.ts'

const SECOND_MICROS = 1_000_000
const EVENTS = 3000
const EVENTS_OF_A_SECOND = 3

export function describePages(harness: () => StoreHarness): void {
  for (const order of ['newest', 'oldest'] as const) {
    test(`a walk, ${order} first, meets every event once, while others arrive`, async () => {
      const opened = await harness().open()
      const tenant = `walk ${order}`
      const filter = { tenants: [tenant], conditions: [] }
      const stored = await opened.insert(
        Array.from({ length: EVENTS }, (_, index) =>
          eventAt(tenant, Math.floor(index / EVENTS_OF_A_SECOND)),
        ),
      )
      let isWalking = true
      const arrivals = (async () => {
        // Some before, some after, some at the very times of the events that are walked over.
        for (let count = 0; isWalking; count += 1) {
          await opened.insert([eventAt(tenant, (count * 37) % 1100), eventAt(tenant, -count)])
        }
      })()
      const seen = await walk(opened.store.reader, { filter, order, limit: 100 })
      isWalking = false
      await arrivals

      expect(new Set(seen).size).toBe(seen.length)
      const ids = new Set(stored.map(({ event }) => event.id))
      expect(seen.filter((id) => ids.has(id))).toHaveLength(EVENTS)
    })
  }

  test('a page that holds everything that is left says that nothing follows', async () => {
    const opened = await harness().open()
    await opened.insert([1, 2, 3].map((second) => eventAt('exact', second)))
    const filter = { tenants: ['exact'], conditions: [] }
    const page = await opened.store.reader.page({ filter, order: 'newest', limit: 3 })
    expect(page.events).toHaveLength(3)
    expect(page).not.toHaveProperty('next')
  })

  test('events far from the present are found, in the past and in the future', async () => {
    const opened = await harness().open()
    const times = ['1970-01-01T00:00:00.000000Z', '2199-12-31T23:59:59.999999Z']
    await opened.insert(times.map((time) => eventOf({ tenant: 'far', time })))
    for (const order of ['newest', 'oldest'] as const) {
      const seen = await walk(opened.store.reader, {
        filter: { tenants: ['far'], conditions: [] },
        order,
        limit: 1,
      })
      expect(seen).toHaveLength(2)
    }
  })

  test('a value is hexadecimal digits only as a whole, in their number and case', async () => {
    const opened = await harness().open()
    const ids = ['', 'a1', 'a', 'a1b', 'A1', 'g1', 'a1\n', '\na1', 'a1\nb']
    await opened.insert(ids.map((id) => eventOf({ tenant: 'digits', target: { id, name: 'n' } })))
    const filter: EventFilter = {
      tenants: ['digits'],
      conditions: [{ field: 'targetId', notHexadecimalDigits: 2 }],
    }
    const page = await opened.store.reader.page({ filter, order: 'newest', limit: 20 })
    const found = page.events.map(({ event }) => event.target?.id ?? '')
    expect(found.sort()).toEqual(ids.filter((id) => id !== 'a1').sort())
    expect(await opened.store.reader.count(filter)).toBe(ids.length - 1)
  })

  test('an event is not shown to tenants other than its own', async () => {
    const opened = await harness().open()
    const [stored] = await opened.insert([eventOf({ tenant: 'mine' })])
    const id = stored?.event.id ?? ''
    const { reader } = opened.store
    for (const tenants of [[], ['other'], ['mine2', "mine' OR '1'='1"]]) {
      const filter = { tenants, conditions: [] }
      expect(await reader.get(tenants, id)).toBeUndefined()
      expect(await reader.count(filter)).toBe(0)
      expect((await reader.page({ filter, order: 'newest', limit: 5 })).events).toEqual([])
      const tail = { filter, origin: opened.origin, afterSeq: -1, limit: 5 }
      expect(await reader.tail(tail)).toEqual([])
    }
    expect(await reader.get(['mine'], id)).toEqual(stored)
    expect(await reader.get('all', id)).toEqual(stored)
  })
}

function eventAt(tenant: string, second: number): Event {
  return eventOf({ tenant, time: formatTimestamp(BASE_MICROS + second * SECOND_MICROS) })
}

/** The ids on all pages, in order. */
async function walk(
  reader: EventReader,
  query: { readonly filter: EventFilter; readonly order: Order; readonly limit: number },
): Promise<readonly string[]> {
  const ids: string[] = []
  let after: Position | undefined
  do {
    const page = await reader.page(after === undefined ? query : { ...query, after })
    ids.push(...page.events.map(({ event }) => event.id))
    after = page.next
  } while (after !== undefined)
  return ids
}
