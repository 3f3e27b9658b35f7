import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { checkLedger } from './ledger-check.ts'
import { jsonOf, type WaybillProcess } from './waybill-process.ts'

/** A sender of batches, one after the other, that knows what was acknowledged to it. */
export class Sender {
  readonly #batchEvents: number
  readonly #messageBytes: number
  readonly #acknowledged: string[] = []
  /** Batches that were refused or got no answer: each may be stored, whole, or not. */
  readonly #open: (readonly string[])[] = []

  constructor({ batchEvents = 200, messageBytes = 800 } = {}) {
    this.#batchEvents = batchEvents
    this.#messageBytes = messageBytes
  }

  /** Bytes of the messages of all acknowledged events. */
  get acknowledgedBytes(): number {
    return this.#acknowledged.length * this.#messageBytes
  }

  /** Sends a new batch. Rejects when no answer comes. */
  async send(waybill: WaybillProcess): Promise<Response> {
    const names = Array.from({ length: this.#batchEvents }, () => randomUUID())
    this.#open.push(names)
    const response = await waybill.request('/v1/events', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(names.map((name) => this.#eventOf(name))),
    })
    const text = await response.text()
    if (response.status === 201) {
      this.#open.pop()
      this.#acknowledged.push(...names)
    }
    return new Response(text, response)
  }

  /** Sends so many new batches, at the pace that it is asked for; fails if one is refused. */
  async sendAll(waybill: WaybillProcess, batches: number): Promise<void> {
    for (let sent = 0; sent < batches; ) {
      const response = await this.send(waybill)
      if (response.status === 429) {
        await delay(Number(response.headers.get('Retry-After')) * 1000)
        continue
      }
      expect(response.status, await response.text()).toBe(201)
      sent += 1
    }
  }

  /** @param names what the ledger has, of all senders, in order of seq. */
  expectAmong(names: readonly string[]): void {
    const sent = new Set(this.#acknowledged)
    expect(names.filter((name) => sent.has(name))).toEqual(this.#acknowledged)
    const stored = new Set(names)
    const torn = this.#open.filter(
      (batch) => new Set(batch.map((name) => stored.has(name))).size > 1,
    )
    expect(torn).toEqual([])
  }

  /** Random text does not compress much: a disk fills in a few seconds. */
  #eventOf(eventId: string) {
    const message = randomBytes(this.#messageBytes / 2).toString('hex')
    return { source: { eventId }, action: 'image.push', message }
  }
}

/**
 * Everything is stored once, what was acknowledged to a sender in the order of its requests, and
 * every other request of a sender whole or not at all.
 */
export async function expectStored(
  waybill: WaybillProcess,
  ...senders: readonly Sender[]
): Promise<void> {
  const events = await checkLedger(waybill)
  const names = events.flatMap(({ source }) => source.eventId ?? [])
  expect(new Set(names).size).toBe(names.length)
  for (const sender of senders) sender.expectAmong(names)
  const { ledger } = await jsonOf<{ ledger: object }>(waybill.request('/v1/status'))
  expect(ledger).not.toHaveProperty('contradiction')
}
