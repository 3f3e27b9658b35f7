import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { checkLedger } from './ledger-check.ts'
import type { WaybillProcess } from './waybill-process.ts'

const BATCH_EVENTS = 200

/** A sender of batches, one after the other, that knows what was acknowledged to it. */
export class Sender {
  readonly #acknowledged: string[] = []
  /** Batches that were refused or got no answer: each may be stored, whole, or not. */
  readonly #open: (readonly string[])[] = []

  /** Sends a new batch. Rejects when no answer comes. */
  async send(waybill: WaybillProcess): Promise<Response> {
    const names = Array.from({ length: BATCH_EVENTS }, () => randomUUID())
    this.#open.push(names)
    const response = await waybill.request('/v1/events', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(names.map(eventOf)),
    })
    const text = await response.text()
    if (response.status === 201) {
      this.#open.pop()
      this.#acknowledged.push(...names)
    }
    return new Response(text, response)
  }

  /** Sends so many new batches, and fails if one is not acknowledged. */
  async sendAll(waybill: WaybillProcess, batches: number): Promise<void> {
    for (let sent = 0; sent < batches; sent += 1) {
      const response = await this.send(waybill)
      expect(response.status, await response.text()).toBe(201)
    }
  }

  /** What was acknowledged is stored in that order, everything once, every batch whole or not. */
  async expectStored(waybill: WaybillProcess): Promise<void> {
    const events = await checkLedger(waybill)
    const names = events.flatMap(({ source }) => source.eventId ?? [])
    const stored = new Set(names)
    expect(names.length, 'stored once').toBe(stored.size)
    const sent = new Set(this.#acknowledged)
    expect(names.filter((name) => sent.has(name))).toEqual(this.#acknowledged)
    const torn = this.#open.filter(
      (batch) => new Set(batch.map((name) => stored.has(name))).size > 1,
    )
    expect(torn).toEqual([])
    const { ledger } = JSON.parse(await (await waybill.request('/v1/status')).text())
    expect(ledger).not.toHaveProperty('contradiction')
  }
}

/** Random text does not compress: a disk fills in a few seconds. */
function eventOf(eventId: string) {
  const message = Array.from({ length: 20 }, () => randomUUID()).join(' ')
  return { source: { eventId }, action: 'image.push', message }
}
