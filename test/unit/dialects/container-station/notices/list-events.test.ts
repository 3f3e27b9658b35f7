import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OUTCOMES, type StoredEvent } from '../../../../../src/core/event/event.ts'
import type { EventReader } from '../../../../../src/core/query/query.ts'
import {
  type EventWindow,
  listEvents,
} from '../../../../../src/dialects/container-station/notices/list-events.ts'
import { noticeText } from '../../../../../src/dialects/container-station/notices/notice.ts'
import { callerNamed, StationModel } from '../station-context.ts'

const ALICE = callerNamed('alice')

/** A state of a container, for everybody. */
const STATE = { action: 'container.start', category: 'container', actor: null } as const
/** An image that somebody removed, for that user. */
const removedBy = (name: string) =>
  ({ action: 'image.delete', category: 'image', actor: { name, kind: 'user' } }) as const
/** Nothing that Container Station has a word for. */
const OTHER = { action: 'repository.create', category: 'repository', actor: null } as const

function numbered(events: readonly object[]): StationModel {
  const station = new StationModel()
  station.add(...events.map((fields, seq) => ({ ...fields, target: { name: `n${seq}` } })))
  return station
}

/** The seqs of the messages, in their order. */
function seqsOf({ messages }: EventWindow): readonly number[] {
  return messages.map((message) => Number(/"n(\d+)"/.exec(message)?.[1]))
}

function window(station: StationModel, index?: number, offset?: number): Promise<EventWindow> {
  return listEvents(ALICE, { index, offset }, station)
}

test('without parameters the latest twenty messages are answered, the newest first', async () => {
  const station = numbered(Array.from({ length: 121 }, () => STATE))
  const answer = await window(station)
  expect(answer.index).toBe(101)
  expect(answer.offset).toBe(121)
  expect(seqsOf(answer)).toEqual(Array.from({ length: 20 }, (_, place) => 120 - place))
})

test('the latest messages are found however far they lie back', async () => {
  const far = numbered([...Array(30).fill(STATE), ...Array(5000).fill(OTHER)])
  expect(seqsOf(await window(far))).toEqual(Array.from({ length: 20 }, (_, place) => 29 - place))
  const few = numbered([OTHER, STATE, ...Array(3000).fill(OTHER)])
  expect(await window(few)).toMatchObject({
    index: 1,
    offset: 3002,
    messages: [expect.stringContaining('n1')],
  })
  const dense = numbered([...Array(9000).fill(STATE), ...Array(400).fill(OTHER)])
  expect(seqsOf(await window(dense))[19]).toBe(8980)
  expect(await window(numbered([OTHER]))).toEqual({ index: 1, offset: 1, messages: [] })
})

test('a message is shown to its addressee, and its place counts for all users', async () => {
  const station = numbered([STATE, removedBy('bob'), removedBy('alice'), { ...STATE }])
  const answer = await window(station, 0)
  expect(seqsOf(answer)).toEqual([3, 2, 0])
  expect(answer).toMatchObject({ index: 0, offset: 4 })
  const ofBob = await listEvents(callerNamed('bob'), { index: 0, offset: undefined }, station)
  expect(seqsOf(ofBob)).toEqual([3, 1, 0])
})

test('what failed, was denied or only began takes no place of a message', async () => {
  const failed = { ...STATE, outcome: 'denied' } as const
  const begun = { ...STATE, outcome: 'pending' } as const
  const row = { ...STATE, source: { kind: 'container-station', name: 'nas' }, nativeAction: 'log' }
  const station = numbered([
    ...Array(25).fill(STATE),
    ...Array(10).fill(failed),
    ...Array(10).fill(begun),
    ...Array(10).fill(row),
  ])
  const answer = await window(station)
  expect(seqsOf(answer)).toEqual(Array.from({ length: 20 }, (_, place) => 24 - place))
  expect(answer.offset).toBe(55)
})

test('the feed reads the events that have a message, and no others', async () => {
  const actions = ['container.start', 'container.exit', 'image.tag', 'image.pull', 'tag.delete']
  const drawn = fc.record({
    action: fc.constantFrom(...actions, 'image.push', 'container.export', 'container.kill'),
    outcome: fc.constantFrom(...OUTCOMES),
    nativeAction: fc.constantFrom('log', 'other'),
    kind: fc.constantFrom('container-station', 'engine'),
    name: fc.constantFrom('alice', 'bob', 'system'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(drawn, { maxLength: 20 }), async (fields) => {
      const station = new StationModel()
      for (const { kind, name, ...plain } of fields) {
        station.add({ ...plain, source: { kind, name: 'x' }, actor: { name, kind: 'user' } })
      }
      const read: StoredEvent[] = []
      const tail: EventReader['tail'] = async (query) => {
        const found = await station.events.tail(query)
        read.push(...found)
        return found
      }
      const { messages } = await listEvents(
        ALICE,
        { index: 0, offset: undefined },
        { ledger: station.ledger, events: { ...station.events, tail } },
      )
      expect(messages).toHaveLength(read.length)
      const others = station.model.events.filter(({ seq }) => !read.some((one) => one.seq === seq))
      for (const stored of others) {
        const text = noticeText(stored)
        expect(text === undefined || text.split(':')[1] === 'bob').toBe(true)
      }
    }),
  )
})

test('a window holds what lies in it and nothing else', async () => {
  const station = numbered(Array(50).fill(STATE))
  expect(await window(station, 10, 13)).toMatchObject({ index: 10, offset: 13 })
  expect(seqsOf(await window(station, 10, 13))).toEqual([12, 11, 10])
  expect(seqsOf(await window(station, undefined, 30))[0]).toBe(29)
  expect(await window(station, undefined, 30)).toMatchObject({ index: 10, offset: 30 })
  expect(await window(station, undefined, 5)).toMatchObject({ index: 0, offset: 5 })
  expect(await window(station, 50)).toEqual({ index: 50, offset: 50, messages: [] })
  expect(await window(station, 900)).toEqual({ index: 50, offset: 50, messages: [] })
  expect(await window(station, 10, 900)).toMatchObject({ index: 10, offset: 50 })
  expect(await window(station, 13, 10)).toEqual({ index: 13, offset: 13, messages: [] })
})

test('of more than a thousand messages the oldest come first, the rest later', async () => {
  const station = numbered(Array(2500).fill(STATE))
  const first = await window(station, 100)
  expect(first).toMatchObject({ index: 100, offset: 1100 })
  expect(first.messages).toHaveLength(1000)
  expect(seqsOf(first).at(-1)).toBe(100)
})

test('a poller sees each message once, whatever is stored between its requests', async () => {
  const kinds = fc.constantFrom(STATE, OTHER, removedBy('alice'), removedBy('bob'))
  const batch = fc.array(kinds, { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 6 }), async (batches) => {
      const station = new StationModel()
      const expected: number[] = []
      const seen: number[] = []
      let index = 0
      for (const events of batches) {
        for (const fields of events) {
          const seq = station.model.events.length
          if (fields !== OTHER && fields.actor?.name !== 'bob') expected.push(seq)
          station.add({ ...fields, target: { name: `n${seq}` } })
        }
        const answer = await window(station, index)
        expect(answer.index).toBe(index)
        seen.push(...seqsOf(answer).toReversed())
        index = answer.offset
      }
      expect(seen).toEqual(expected)
    }),
    { numRuns: 50 },
  )
})
