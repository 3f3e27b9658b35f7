import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fault } from '../../../../src/core/errors.ts'
import { createCursorCodec } from '../../../../src/core/query/cursor.ts'

const codec = createCursorCodec(Buffer.alloc(32, 7))
const position = { timeMicros: 1_795_374_732_782_001, origin: 'waybill one', seq: 41 }

describe('a cursor', () => {
  it('gives back every position it was made of', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.string(),
        fc.string(),
        (timeMicros, seq, origin, query) => {
          const text = codec.encode({ timeMicros, seq, origin }, 'newest', query)
          expect(codec.decode(text, 'newest', query)).toEqual({ timeMicros, seq, origin })
        },
      ),
    )
  })

  it('is refused for another query, order or key, and when a character of it is changed', () => {
    const text = codec.encode(position, 'newest', 'a=1')
    const other = createCursorCodec(Buffer.alloc(32, 8))
    const attempts = [
      () => codec.decode(text, 'newest', 'a=2'),
      () => codec.decode(text, 'oldest', 'a=1'),
      () => other.decode(text, 'newest', 'a=1'),
      () => codec.decode('', 'newest', 'a=1'),
      () => codec.decode('bm90IGEgY3Vyc29y', 'newest', 'a=1'),
      ...[...text].map((character, index) => () => {
        const changed =
          text.slice(0, index) + (character === 'A' ? 'B' : 'A') + text.slice(index + 1)
        // The last character may carry unused bits: then the bytes are the same, and so the cursor.
        if (Buffer.from(changed, 'base64url').equals(Buffer.from(text, 'base64url'))) {
          throw new Fault('query.cursor')
        }
        codec.decode(changed, 'newest', 'a=1')
      }),
    ]
    for (const attempt of attempts) expect(attempt).toThrow(Fault)
  })
})
