import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../../../src/ledger/ledger.ts'
import { Tail } from '../../../../src/ledger/tail.ts'
import { eventually } from '../../../support/eventually.ts'
import { type CallMoment, FaultyFiles, type FileCall } from '../../../support/faulty-files.ts'
import { draft, key, setUpLedger } from '../../../support/faulty-ledger.ts'
import { appendNamed, journalDirectory } from '../../../support/journal-files.ts'

const MOMENTS = ['before', 'middle', 'after'] as const

describe('an error of the disk', () => {
  it.each([
    ['a record of events', 'events', MOMENTS],
    ['the header of a segment', 'header', MOMENTS],
    ['the making of a segment', 'make', MOMENTS],
    ['the opening of a segment', 'open', ['before', 'after']],
    ['a note of an insert', 'insert', MOMENTS],
    ['the freeing of a segment', 'remove', ['before', 'after']],
  ] as const)(
    'at %s costs a 503 at most, no place and no event, and the next requests go on',
    async (_, call, moments) => {
      const runs = moments.flatMap((moment) => ['EIO', 'ENOSPC'].map((code) => [moment, code]))
      const seen = await Promise.all(
        moments.flatMap((moment) => ['EIO', 'ENOSPC'].map((code) => fail([call, moment], code))),
      )
      expect(seen).toEqual(runs.map(() => true))
    },
  )

  it('at a record leaves a journal, though the store has all that is in it', async () => {
    const { open } = await journalDirectory()
    const files = new FaultyFiles()
    const { journal } = await open({ startThread: files.start })
    await appendNamed(journal, ['a', 'b'])
    files.nextFates = ['fail']
    await expect(appendNamed(journal, ['c'])).rejects.toThrow()
    await journal.free(2)
    await journal.abandon()
    const again = await open()
    expect(again.names).toEqual(['a', 'b'])
    await again.journal.abandon()
  })
})

/** Whether the fault came. */
async function fail([call, moment]: readonly [FileCall, CallMoment], code: string) {
  const { files, open, crash, checkLedger } = await setUpLedger()
  // Segments follow the one that is not freed.
  const nth = call === 'remove' ? 1 : 2
  let seen = 0
  files.onCall = (atCall, atMoment) => {
    if (atCall !== call || atMoment !== moment) return
    seen += 1
    if (seen === nth) throw Object.assign(new Error('the disk fails'), { code })
  }
  const ledger = await open()
  for (let index = 0; index < 14; index += 1) {
    const request = { drafts: [draft(`${index}a`), draft(`${index}b`)], idempotency: keyOf(index) }
    const answer = await ledger.append(request).catch((error: unknown) => error)
    if (answer instanceof Error) {
      expect(answer).toMatchObject({ code: 'store.unavailable', retryAfterSeconds: 5 })
      const again = { drafts: [draft(`${index}a`), draft(`${index}b`)], idempotency: keyOf(index) }
      expect(await ledger.append(again)).toMatchObject({ accepted: 2, first: 2 * index })
    }
    if (index % 4 === 3) await ledger.whenReadable().catch(() => undefined)
  }
  await isIndexed(ledger)
  await checkLedger(ledger)
  crash()
  const restarted = await open()
  await checkLedger(restarted)
  expect(restarted.status().size).toBe(28)
  return seen >= nth
}

const keyOf = (index: number) => key(`key ${index}`, `${index}`)

async function isIndexed(ledger: Ledger): Promise<void> {
  const reach = () => ledger.whenReadable(ledger.status().size).then(() => true)
  await eventually(reach, (isReached) => isReached, { what: 'the inserts' })
}

describe('a journal that is full to its last byte while the store is down', () => {
  it.each(['its limit', 'the disk'] as const)(
    'by %s answers 503 with Retry-After, and is emptied in order once the store is back',
    async (limit) => {
      const { files, writer, open, checkLedger } = await setUpLedger()
      const bytesMax = limit === 'the disk' ? 2 ** 30 : 4 * 8192
      const ledger = await open({
        journal: { startThread: files.start, segmentBytes: 8192, bytesMax },
      })
      let isDown = true
      writer.onInsert = () => {
        if (isDown) throw new Error('the store is down')
      }
      const accepted = await fill(ledger, 3)
      await ledger.whenReadable().catch(() => undefined)
      files.hasRoom = limit !== 'the disk'
      accepted.push(...(await fill(ledger)))
      expect(accepted.length).toBeGreaterThan(10)
      isDown = false
      await isIndexed(ledger)
      files.hasRoom = true
      accepted.push(...(await fill(ledger, 1)))
      await checkLedger(ledger)
      expect(writer.rows.map(({ event }) => event.source.eventId)).toEqual(accepted)
      await ledger.close()
      await checkLedger(await open())
    },
  )

  it('can be stopped and started', async () => {
    const { files, writer, open, checkLedger } = await setUpLedger()
    const journal = { startThread: files.start, segmentBytes: 8192, bytesMax: 2 * 8192 }
    const ledger = await open({ journal })
    writer.onInsert = () => expect.fail('the store is down')
    await fill(ledger)
    const { size } = ledger.status()
    await ledger.close()
    writer.onInsert = () => undefined
    const again = await open({ journal })
    await checkLedger(again)
    expect(again.status().size).toBe(size)
  })
})

/** Bytes of canonical JSON with which eight records fill a segment of 8192 bytes. */
const EIGHTH_BYTES = 512 - 36 - 3 * 4

/** Appends lone events, so many or until there is no room, and answers their names. */
async function fill(ledger: Ledger, count = Number.POSITIVE_INFINITY): Promise<string[]> {
  const received = Date.UTC(2026, 10, 22) * 1000 + 123_456
  const name = (length: number) => `${ledger.status().size}`.padEnd(length, 'x')
  const length = 10 + EIGHTH_BYTES - draft(name(10), undefined, received).canonical.length
  const taken: string[] = []
  while (taken.length < count) {
    const drafts = [draft(name(length), undefined, received)]
    const answer = await ledger.append({ drafts }).catch((error: unknown) => error)
    if (answer instanceof Error) {
      expect(answer).toMatchObject({ code: 'store.unavailable', retryAfterSeconds: 5 })
      return taken
    }
    taken.push(...drafts.map(({ event }) => event.source.eventId ?? ''))
  }
  return taken
}

describe('a clock that jumps over a month and back', () => {
  it('cuts the inserts where the month changes, and keeps the order', async () => {
    const { writer, open } = await setUpLedger()
    const ledger = await open()
    writer.onInsert = () => expect.fail('the store is down')
    await ledger.append({ drafts: [draft('warm up')] })
    await ledger.whenReadable().catch(() => undefined)
    const months = [10, 10, 11, 10, 10, 9, 11, 11]
    for (const [index, month] of months.entries()) {
      const received = (Date.UTC(2026, month, 30, 23, 59) + index) * 1000
      const drafts = [0, 1].map((part) => draft(`${index}/${part}`, undefined, received))
      await ledger.append({ drafts })
    }
    writer.onInsert = () => undefined
    await isIndexed(ledger)
    expect(writer.groupSizes.slice(-5)).toEqual([4, 2, 4, 2, 4])
    const names = writer.rows.slice(1).map(({ event }) => event.source.eventId)
    expect(names).toEqual(months.flatMap((_, index) => [`${index}/0`, `${index}/1`]))
  })
})

describe('a tail that is larger than its memory', () => {
  it('is read back from the segments, in order, once, while others are added', async () => {
    const { open } = await journalDirectory()
    const { journal } = await open()
    const tail = new Tail(journal, 0, 2000)
    const taken: string[] = []
    const expected: string[] = []
    let seq = 0
    const add = async (names: readonly string[]) => {
      const drafts = names.map((name) => draft(name))
      await journal.append([{ drafts, request: '' }])
      tail.add({ drafts, request: '', firstSeq: seq })
      seq += names.length
      expected.push(...names)
    }
    for (let index = 0; index < 60; index += 1) {
      await add([`${index}/a`, `${index}/b`])
      if (index % 3 !== 2) continue
      const range = await tail.first({ eventsMax: 5, bytesMax: 10_000 })
      expect(range?.firstSeq).toBe(taken.length)
      const drafts = range?.requests.flatMap((request) => request.drafts) ?? []
      expect(drafts).toHaveLength(range?.count ?? -1)
      taken.push(...drafts.map(({ event }) => event.source.eventId ?? ''))
      expect((await tail.requestAt(seq - 1))?.firstSeq).toBe(seq - 2)
      tail.drop(taken.length)
      await journal.free(taken.length)
    }
    for (
      let range = await tail.first(LIMITS);
      range !== undefined;
      range = await tail.first(LIMITS)
    ) {
      taken.push(
        ...range.requests.flatMap(({ drafts }) =>
          drafts.map(({ event }) => event.source.eventId ?? ''),
        ),
      )
      tail.drop(taken.length)
    }
    expect(taken).toEqual(expected)
    expect(tail.bytes).toBe(0)
    await appendNamed(journal, ['more'])
    await journal.close()
  })
})

const LIMITS = { eventsMax: 1000, bytesMax: 100_000 }
