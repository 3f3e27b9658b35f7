import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSecretBox } from '../../../../src/access/tokens/secret-box.ts'

const KEY = Buffer.alloc(32, 1)

test('what was sealed is opened again, and is another text each time', () => {
  const box = createSecretBox(KEY, 'test')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const sealed = box.seal(text)
      expect(box.open(sealed)).toBe(text)
      expect(box.seal(text)).not.toBe(sealed)
    }),
  )
})

test('neither another key nor another purpose opens it', () => {
  const sealed = createSecretBox(KEY, 'test').seal('secret')
  expect(createSecretBox(Buffer.alloc(32, 2), 'test').open(sealed)).toBeUndefined()
  expect(createSecretBox(KEY, 'other').open(sealed)).toBeUndefined()
})

test('no change goes unnoticed, and no text breaks the reader', () => {
  const box = createSecretBox(KEY, 'test')
  const sealed = box.seal('secret')
  fc.assert(
    fc.property(
      fc.nat(sealed.length - 1),
      fc.constantFrom('A', 'b', '-', '', '=', '!'),
      (at, by) => {
        const changed = sealed.slice(0, at) + by + sealed.slice(at + 1)
        expect(box.open(changed)).toBe(changed === sealed ? 'secret' : undefined)
      },
    ),
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(box.open(text)).toBeUndefined()
    }),
  )
})
