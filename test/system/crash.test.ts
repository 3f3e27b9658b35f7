import { randomInt, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkLedger, type ExportedEvent } from '../support/ledger-check.ts'
import { roundsOr } from '../support/rounds.ts'
import { SeenCheckpoint } from '../support/seen-checkpoint.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const KILLS = roundsOr(20)
/** More kills than these are of another ledger: each is followed by a look at all events. */
const KILLS_PER_LEDGER = 50
/** Longest that a kill, the start after it and the check may take, ms. */
const KILL_MS_MAX = 60_000
/** Between two questions of the reader, ms. */
const READ_INTERVAL_MS = 100
const WRITERS = 4
const BATCH_EVENTS_MAX = 40
/** Requests that are acknowledged before a kill, at most. */
const ACKNOWLEDGED_BEFORE_KILL_MAX = 60
/** Acknowledged requests that are repeated after each start. */
const REPEATED_AFTER_ACKNOWLEDGEMENT = 5

let folder: string
let waybill: WaybillProcess
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-crash-'))
  waybill = await startWaybill({ dataDirectory: folder })
})
afterEach(async () => {
  await waybill?.kill()
  rmSync(folder, { recursive: true, force: true })
})

/** One POST /v1/events, as often as it is sent. */
interface Sending {
  /** What the events are known by: a `source.eventId` each, or the one event's `id`. */
  readonly names: readonly string[]
  readonly contentType: string
  readonly body: string
  acknowledged: boolean
}

test.each(killsOfLedgers())(
  `%d kills under ${WRITERS} writers lose nothing and double nothing`,
  async (kills) => {
    const sendings: Sending[] = []
    const checkpoint = new SeenCheckpoint()
    for (let round = 0; round < kills; round += 1) {
      await writeUntilKilled(sendings, checkpoint)
      waybill = await waybill.restart()
      await checkpoint.look(waybill)
      expectSettled(await checkLedger(waybill), sendings, `round ${round}`)
    }
    for (const sending of sendings.filter((one) => !one.acknowledged)) await send(sending)
    expect(sendings.every((sending) => sending.acknowledged)).toBe(true)
    expectSettled(await checkLedger(waybill), sendings, 'the end')
  },
  KILLS_PER_LEDGER * KILL_MS_MAX,
)

/** How many kills each ledger gets. */
function killsOfLedgers(): readonly number[] {
  const full = Math.floor(KILLS / KILLS_PER_LEDGER)
  const rest = KILLS % KILLS_PER_LEDGER
  return [...Array.from({ length: full }, () => KILLS_PER_LEDGER), ...(rest > 0 ? [rest] : [])]
}

/**
 * Four writers at once, each with one request on its way at any time, and a reader, until the
 * server is gone.
 */
async function writeUntilKilled(sendings: Sending[], checkpoint: SeenCheckpoint): Promise<void> {
  const repeats = [...cutOff(sendings), ...answerLost(sendings)]
  let untilKill = randomInt(1, ACKNOWLEDGED_BEFORE_KILL_MAX)
  let killed: Promise<void> | undefined
  const write = async (writer: number) => {
    for (;;) {
      const sending = repeats.pop() ?? (writer % 2 === 0 ? newBatch() : newSingle())
      if (!sendings.includes(sending)) sendings.push(sending)
      if (!(await send(sending))) return
      untilKill -= 1
      if (untilKill === 0) killed = waybill.kill()
    }
  }
  const writing = Array.from({ length: WRITERS }, (_, writer) => write(writer))
  await Promise.all([...writing, readUntilKilled(checkpoint)])
  await killed
}

/** What readers ask for is inserted at once: the kill falls into other moments of it. */
async function readUntilKilled(checkpoint: SeenCheckpoint): Promise<void> {
  for (;;) {
    if (!(await checkpoint.lookIfThere(waybill))) return
    const page = await waybill.request('/v1/events?limit=20').catch(() => undefined)
    if (page === undefined) return
    expect(page.status).toBe(200)
    if ((await page.text().catch(() => undefined)) === undefined) return
    await delay(READ_INTERVAL_MS)
  }
}

/** Half of what a kill cut off is repeated after the next start, the rest later. */
function cutOff(sendings: readonly Sending[]): readonly Sending[] {
  return sendings.filter((one) => !one.acknowledged && randomInt(2) === 0)
}

/** Some that were acknowledged, to senders that the answer did not reach. */
function answerLost(sendings: readonly Sending[]): readonly Sending[] {
  const acknowledged = sendings.filter((one) => one.acknowledged)
  if (acknowledged.length === 0) return []
  const draw = () => acknowledged.slice(randomInt(acknowledged.length)).slice(0, 1)
  return Array.from({ length: REPEATED_AFTER_ACKNOWLEDGEMENT }, draw).flat()
}

/** Whether the server is still there. An answer other than 201 fails the test. */
async function send(sending: Sending): Promise<boolean> {
  let answer: { status: number; text: string }
  try {
    const response = await waybill.request('/v1/events', {
      method: 'POST',
      headers: { 'Content-Type': sending.contentType },
      body: sending.body,
    })
    answer = { status: response.status, text: await response.text() }
  } catch {
    return false
  }
  expect(answer.status, answer.text).toBe(201)
  const result: { accepted: number; duplicates: number } = JSON.parse(answer.text)
  expect(result.accepted + result.duplicates).toBe(sending.names.length)
  if (sending.acknowledged) expect(result.accepted, 'stored before').toBe(0)
  sending.acknowledged = true
  return true
}

function newBatch(): Sending {
  const names = Array.from({ length: randomInt(1, BATCH_EVENTS_MAX) }, () => randomUUID())
  const time = new Date().toISOString()
  const lines = names.map((eventId) => ({ time, source: { eventId }, ...PUSH }))
  return {
    names,
    contentType: 'application/x-ndjson',
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
    acknowledged: false,
  }
}

/** It leaves its time out: a repetition is received at another time than the first was. */
function newSingle(): Sending {
  const id = randomUUID()
  return {
    names: [id],
    contentType: 'application/json',
    body: JSON.stringify({ id, ...PUSH }),
    acknowledged: false,
  }
}

const PUSH = {
  action: 'image.push',
  outcome: 'success',
  actor: { name: 'alice', kind: 'user' },
  target: { namespace: 'team', repository: 'app', tag: '1' },
}

function expectSettled(
  events: readonly ExportedEvent[],
  sendings: readonly Sending[],
  when: string,
): void {
  const stored = new Map<string, number>()
  for (const event of events) {
    const name = event.source.eventId ?? event.id
    stored.set(name, (stored.get(name) ?? 0) + 1)
  }
  const times = (name: string) => stored.get(name) ?? 0
  const lost = sendings
    .filter((sending) => sending.acknowledged)
    .flatMap((sending) => sending.names.filter((name) => times(name) === 0))
  const torn = sendings.filter((sending) => new Set(sending.names.map(times)).size > 1)
  const doubled = [...stored].filter(([, count]) => count > 1)
  expect({ lost, torn, doubled }, when).toEqual({ lost: [], torn: [], doubled: [] })
}
