import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatTimestamp } from '../../../../../src/core/time/timestamp.ts'
import {
  digestId,
  eventObjectId,
  isObjectId,
  originTag,
  readObjectId,
} from '../../../../../src/dialects/opsera/log/object-id.ts'
import { eventOf } from '../../../../support/store-events.ts'

const places = fc.record({
  // Seconds of an ObjectId begin anew in 2106.
  micros: fc.integer({ min: 0, max: Date.UTC(2106, 0, 1) * 1000 }),
  origin: fc.string({ minLength: 1, maxLength: 20 }),
  seq: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
})
const idOf = (
  { micros, origin, seq }: { micros: number; origin: string; seq: number },
  series: 0 | 1 = 0,
) => eventObjectId({ event: eventOf({ time: formatTimestamp(micros) }), origin, seq }, series)

test('an id tells the second, the ledger and the place of its event', () => {
  fc.assert(
    fc.property(places, fc.constantFrom(0, 1), (place, series) => {
      const id = idOf(place, series)
      expect(isObjectId(id)).toBe(true)
      expect(readObjectId(id)).toEqual({
        seconds: Math.floor(place.micros / 1_000_000),
        originTag: originTag(place.origin, series),
        seq: place.seq,
      })
    }),
  )
})

test('two events of one ledger never have the same id, whatever their times', () => {
  fc.assert(
    fc.property(places, places, (one, other) => {
      const same = { ...other, origin: one.origin }
      expect(idOf(one) === idOf(same)).toBe(idOf(one) === idOf(same) && one.seq === same.seq)
      fc.pre(one.seq !== same.seq)
      expect(idOf(one)).not.toBe(idOf(same))
    }),
  )
})

test('the two rows of one event never have the same id, nor one of any other event', () => {
  fc.assert(
    fc.property(places, places, (one, other) => {
      expect(idOf(one, 0)).not.toBe(idOf(one, 1))
      expect(idOf(one, 0)).not.toBe(idOf({ ...other, origin: one.origin }, 1))
    }),
  )
})

test.each([[''], ['61042540e1d666c9ded178c'], ['61042540E1D666C9DED178C4'], ['x'.repeat(24)]])(
  'no id: %j',
  (text) => {
    expect(readObjectId(text)).toBeUndefined()
  },
)

test('texts stand for an id that does not change', () => {
  expect(digestId(['a'])).toBe('ca978112ca1bbdcafac231b3')
  expect(digestId(['a', 'b'])).not.toBe(digestId(['b', 'a']))
})
