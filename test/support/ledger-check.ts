import { expect } from 'vitest'
import { referenceLeaf, referenceRoot } from './reference-tree.ts'
import type { WaybillProcess } from './waybill-process.ts'

/** An event as an export gives it. */
export interface ExportedEvent {
  readonly id: string
  readonly seq: number
  readonly action: string
  readonly source: { readonly kind: string; readonly name: string; readonly eventId?: string }
  readonly outcome: string
  readonly target?: { readonly name?: string }
}

/**
 * Checks what the ledger claims about itself against what it holds: the exported events have each
 * seq from 0 exactly once, and their tree has the stated root. Answers the events in that order.
 *
 * The export is read after the claim, so it may hold more events than the claim speaks of.
 */
export async function checkLedger(waybill: WaybillProcess): Promise<readonly ExportedEvent[]> {
  const ledger = await readJson<{ size: number; rootHash: string }>(waybill, '/v1/ledger')
  const exported = await waybill.request('/v1/events/export?format=ndjson')
  expect(exported.status).toBe(200)
  const events = (await exported.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line): ExportedEvent => JSON.parse(line))
    .sort((left, right) => left.seq - right.seq)
  expect(events.findIndex((event, index) => event.seq !== index)).toBe(-1)
  expect(events.length).toBeGreaterThanOrEqual(ledger.size)
  const leaves = events.slice(0, ledger.size).map(({ seq, ...event }) => referenceLeaf(event))
  expect(ledger.rootHash).toBe(referenceRoot(leaves).toString('hex'))
  return events
}

/** The JSON of an answer; fails on any other status than 200. */
export async function readJson<Body>(waybill: WaybillProcess, path: string): Promise<Body> {
  const response = await waybill.request(path)
  const text = await response.text()
  if (response.status !== 200) throw new Error(`GET ${path}: ${response.status} ${text}`)
  return JSON.parse(text)
}
