import { expect, test } from 'vitest'
import { mintToken, secretMatches, tokenLookupId } from '../../../../src/access/tokens/token.ts'

test('a token is 40 base62 characters: its lookup id, then its secret', () => {
  const { text, lookupId, secretSha256 } = mintToken()
  expect(text).toMatch(/^[0-9A-Za-z]{40}$/)
  expect(tokenLookupId(text)).toBe(lookupId)
  expect(secretMatches(text, Buffer.from(secretSha256, 'hex'))).toBe(true)
  expect(secretMatches(mintToken().text, Buffer.from(secretSha256, 'hex'))).toBe(false)
})

test('a token that nothing is known of never matches', () => {
  expect(secretMatches(mintToken().text, undefined)).toBe(false)
})

test.each(['', 'a', 'x'.repeat(39), 'x'.repeat(41), `${'x'.repeat(39)}-`, `${'x'.repeat(39)}é`])(
  '%j has not the form of a token',
  (text) => {
    expect(tokenLookupId(text)).toBeUndefined()
  },
)
