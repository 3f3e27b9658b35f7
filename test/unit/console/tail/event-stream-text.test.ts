import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type StreamMessage,
  splitMessages,
} from '../../../../console/src/tail/event-stream-text.ts'

const STREAM =
  'id: 4\n\n: \n\nid: 5\nevent: event\ndata: {"a":"x: y"}\n\nid: 6\r\ndata: 1\r\ndata: 2\r\n\r\n'
const MESSAGES = [
  { id: '4', data: '' },
  { id: '5', data: '{"a":"x: y"}' },
  { id: '6', data: '1\n2' },
]

test('a stream is read alike wherever the network cuts it', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length)), (cuts) => {
      const places = [0, ...cuts.toSorted((one, other) => one - other), STREAM.length]
      const read: StreamMessage[] = []
      let text = ''
      for (const [index, place] of places.entries()) {
        const { messages, rest } = splitMessages(text + STREAM.slice(place, places[index + 1]))
        read.push(...messages)
        text = rest
      }
      expect(read).toEqual(MESSAGES)
      expect(text.trim()).toBe('')
    }),
  )
})
