import { expect, test } from 'vitest'
import { createLinkSigner } from '../../../../src/exports/delivery/export-link.ts'

const NAME = '0b7e1c0a-1111-4222-8333-444455556666-0b7e1c0a-1111-4222-8333-444455556667'
const links = createLinkSigner(Buffer.alloc(32, 1))

test('a link holds for its file until it expires', () => {
  const token = links.sign(NAME, 1000.9)
  expect(links.check(NAME, token, 999)).toBe('valid')
  expect(links.check(NAME, token, 1000)).toBe('expired')
})

test('a link of another file, with another time, key or a piece missing is forged', () => {
  const token = links.sign(NAME, 1000)
  const signature = token.slice(token.indexOf('.'))
  for (const forged of [
    '',
    '.',
    token.slice(1),
    token.slice(0, -1),
    `${token}A`,
    `9999${signature}`,
  ]) {
    expect(links.check(NAME, forged, 0)).toBe('forged')
  }
  expect(links.check(`${NAME}x`, token, 0)).toBe('forged')
  expect(createLinkSigner(Buffer.alloc(32, 2)).check(NAME, token, 0)).toBe('forged')
})
