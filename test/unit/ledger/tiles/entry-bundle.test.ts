import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entryBundle, parseEntryBundle } from '../../../../src/ledger/tiles/entry-bundle.ts'

test('a bundle gives back its entries, empty ones and the longest ones too', () => {
  const entries = ['', '{}', 'ä'.repeat(100), 'x'.repeat(65_535)]
  expect(parseEntryBundle(entryBundle(entries)).map(String)).toEqual(entries)
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (texts) => {
      const bytes = texts.map((text) => Buffer.from(text))
      expect(parseEntryBundle(entryBundle(texts))).toEqual(bytes)
    }),
  )
})

test('an entry that has no room in a bundle is refused', () => {
  expect(() => entryBundle(['x'.repeat(65_536)])).toThrow(RangeError)
})

test('a bundle that is cut off anywhere is refused', () => {
  const bundle = entryBundle(['abc', 'de'])
  for (let end = 1; end < bundle.length; end += 1) {
    if (end === 5) continue
    expect(() => parseEntryBundle(bundle.subarray(0, end))).toThrow('cut off')
  }
})
