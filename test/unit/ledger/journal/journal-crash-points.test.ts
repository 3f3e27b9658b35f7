import { expect, it } from 'vitest'
import type { Ledger } from '../../../../src/ledger/ledger.ts'
import type { CallMoment, FileCall } from '../../../support/faulty-files.ts'
import { draft, key, setUpLedger } from '../../../support/faulty-ledger.ts'

/** Requests of a workload: enough for four segments, some of them freed on the way. */
const REQUESTS = 12

type CrashPoint = readonly [call: FileCall | 'store', moment: CallMoment]

it.each([
  ['a record of events', 'events', ['before', 'middle', 'after']],
  ['the header of a segment', 'header', ['before', 'middle', 'after']],
  ['a note of an insert', 'insert', ['before', 'middle', 'after']],
  ['the making of a segment', 'make', ['before', 'middle', 'after']],
  ['the opening of a segment', 'open', ['before', 'after']],
  ['an insert', 'store', ['before', 'after']],
  ['the freeing of a segment', 'remove', ['before', 'after']],
  ['the mark of an orderly stop', 'end', ['before', 'middle', 'after']],
] as const)(
  'a kill at %s loses nothing acknowledged, stores nothing twice, knows each name again',
  async (_, call, moments) => {
    const runs = moments.flatMap((moment) => [1, 3].map((nth) => runInto([call, moment], nth)))
    const haveCrashed = await Promise.all(runs)
    expect(haveCrashed.filter((hasCrashed) => hasCrashed).length).toBeGreaterThanOrEqual(
      moments.length,
    )
  },
)

/** Whether the point was reached. */
async function runInto([call, moment]: CrashPoint, nth: number): Promise<boolean> {
  const { files, writer, open, crash, checkLedger } = await setUpLedger()
  let seen = 0
  let hasCrashed = false
  const visit = (atCall: string, atMoment: CallMoment) => {
    if (atCall === call && atMoment === moment) seen += 1
    if (seen !== nth || hasCrashed) return
    hasCrashed = true
    crash()
    throw new Error('the process was killed')
  }
  files.onCall = visit
  writer.onInsert = (at) => visit('store', at)
  const first = await open().catch(() => undefined)
  const acknowledged = new Map<number, { first: number | null; last: number | null }>()
  for (let index = 0; first !== undefined && index < REQUESTS && !hasCrashed; index += 1) {
    const answer = await first.append(request(index)).catch(() => undefined)
    if (answer !== undefined) acknowledged.set(index, answer)
    if (index % 5 === 4) await first.whenReadable().catch(() => undefined)
  }
  if (!hasCrashed) await first?.close().catch(() => undefined)
  files.onCall = () => undefined
  writer.onInsert = () => undefined
  if (!hasCrashed) return false
  const again = await open()
  await checkAcknowledged(again, acknowledged)
  await checkLedger(again)
  await checkAcknowledged(again, acknowledged)
  for (let index = 0; index < REQUESTS; index += 1) await again.append(request(index))
  await checkLedger(again)
  expect(writer.rows).toHaveLength(3 * REQUESTS)
  crash()
  await checkLedger(await open())
  return true
}

function request(index: number) {
  const drafts = [0, 1, 2].map((number) => draft(`${index}/${number}`))
  return { drafts, idempotency: key(`key ${index}`, `${index}`) }
}

/** Names without their key are duplicates, and the key brings the first answer again. */
async function checkAcknowledged(
  ledger: Ledger,
  acknowledged: ReadonlyMap<number, { first: number | null; last: number | null }>,
): Promise<void> {
  const { size } = ledger.status()
  for (const [index, { first, last }] of acknowledged) {
    const { drafts } = request(index)
    expect(await ledger.append({ drafts })).toMatchObject({ accepted: 0, duplicates: 3 })
    const replayed = await ledger.append(request(index))
    expect(replayed).toMatchObject({ accepted: 3, replayed: true, first, last })
  }
  expect(ledger.status().size).toBe(size)
}
