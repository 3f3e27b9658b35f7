import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  readServerSentEvents,
  type ServerSentEvent,
} from '../../../../src/cli/client/server-sent-events.ts'

async function eventsOf(text: string, chunkSize: number) {
  const bytes = Buffer.from(text)
  async function* chunks() {
    for (let start = 0; start < bytes.length; start += chunkSize) {
      yield bytes.subarray(start, start + chunkSize)
    }
  }
  const events: ServerSentEvent[] = []
  for await (const event of readServerSentEvents(chunks())) events.push(event)
  return events
}

test('every message comes out whole, in chunks that cut characters and lines anywhere', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme' })),
      fc.integer({ min: 1, max: 9 }),
      async (texts, chunkSize) => {
        const messages = texts.map((text, index) => ({
          id: String(index),
          data: JSON.stringify(text),
        }))
        const stream = messages.map(({ id, data }) => `id: ${id}\nevent: event\ndata: ${data}\n\n`)
        expect(await eventsOf(`: hello\n\n${stream.join(': beat\n\n')}`, chunkSize)).toEqual(
          messages,
        )
      },
    ),
  ))

test('a message that breaks off is left out, so that it comes again whole', async () => {
  expect(await eventsOf('id: 1\ndata: a\n\nid: 2\ndata: b\n', 100)).toEqual([
    { id: '1', data: 'a' },
  ])
})

test('an id without data moves on the place to come back to', async () => {
  expect(await eventsOf('id: 7\n\ndata: a\n\n', 3)).toEqual([
    { id: '7', data: undefined },
    { id: '7', data: 'a' },
  ])
})
