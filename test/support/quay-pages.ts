import { expect } from 'vitest'
import type { NewEvent } from '../../src/core/event/new-event.ts'
import { jsonOf, type WaybillProcess } from './waybill-process.ts'

/** Stores events through the native API. */
export async function post(to: WaybillProcess, events: readonly NewEvent[]): Promise<void> {
  const response = await to.request('/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(events),
  })
  expect(response.status, await response.clone().text()).toBe(201)
}

/** How many events a server holds. */
export async function ledgerSize(of: WaybillProcess): Promise<number> {
  return (await jsonOf<{ size: number }>(of.request('/v1/ledger'))).size
}

/**
 * Events that were collected from a Quay.
 *
 * @param query more conditions: of a whole Quay, what it records of its own start comes along.
 */
export async function collectedEvents(of: WaybillProcess, query = ''): Promise<number> {
  const answer = of.request(`/v1/events/count?source=quay${query}`)
  return (await jsonOf<{ count: number }>(answer)).count
}

/**
 * The texts of all pages of one of Quay's logs, without the tokens that lead from one to the next.
 *
 * @param path with a query.
 */
export async function quayPages(of: WaybillProcess, path: string): Promise<readonly string[]> {
  const texts: string[] = []
  let token: string | undefined
  do {
    const response = await of.request(`${path}&next_page=${encodeURIComponent(token ?? '')}`)
    const text = await response.text()
    expect(response.status, text).toBe(200)
    token = JSON.parse(text).next_page
    texts.push(token === undefined ? text : text.replace(token, 'TOKEN'))
  } while (token !== undefined)
  return texts
}

/** Every entry of one of Quay's logs as its JSON text, newest first. */
export async function quayEntries(of: WaybillProcess, path: string): Promise<readonly string[]> {
  const pages = await quayPages(of, path)
  return pages.flatMap((page) =>
    (JSON.parse(page).logs as object[]).map((entry) => JSON.stringify(entry)),
  )
}
