import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutJsonText, cutText } from '../../../src/core/cut-text.ts'

const text = fc.string({
  unit: fc.constantFrom('a', 'é', '漢', '🐳', '"', '\u0001', '\\'),
  maxLength: 60,
})

it('a text is cut between characters, and as late as may be', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: -2, max: 130 }), (whole, lengthMax) => {
      const cut = cutText(whole, lengthMax)
      expect(whole.startsWith(cut)).toBe(true)
      expect(cut.isWellFormed()).toBe(true)
      expect(cut.length).toBeLessThanOrEqual(Math.max(0, lengthMax))
      const next = String.fromCodePoint(whole.codePointAt(cut.length) ?? 0x61)
      if (cut !== whole) expect(cut.length + next.length).toBeGreaterThan(lengthMax)
    }),
  )
})

it('a pair at the limit is left out whole, and a half that was there before stays', () => {
  expect(cutText('ab🐳', 3)).toBe('ab')
  expect(cutText('ab🐳', 4)).toBe('ab🐳')
  expect(cutText('a\ud800b', 2)).toBe('a\ud800')
  expect(cutText('🐳', 1)).toBe('')
  expect(cutText('🐳', Number.POSITIVE_INFINITY)).toBe('🐳')
})

it('a text is cut to its size in JSON', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 200 }), (whole, bytesMax) => {
      const cut = cutJsonText(whole, bytesMax)
      expect(whole.startsWith(cut)).toBe(true)
      expect(cut.isWellFormed()).toBe(true)
      expect(Buffer.byteLength(JSON.stringify(cut))).toBeLessThanOrEqual(bytesMax)
      if (Buffer.byteLength(JSON.stringify(whole)) <= bytesMax) expect(cut).toBe(whole)
    }),
  )
})
