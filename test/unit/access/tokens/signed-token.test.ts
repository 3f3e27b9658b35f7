import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  createTokenSigner,
  isSigned,
  mintSignedId,
  type SignedClaims,
} from '../../../../src/access/tokens/signed-token.ts'

const KEY = Buffer.alloc(32, 7)
const CLAIMS: SignedClaims = {
  id: '61043b2bbcb6d95b55adc5fd',
  user: 'alice',
  scopes: ['api', 'security-logs'],
  issuedMicros: 1_700_000_000_999_999,
  expiresMicros: 1_800_000_000_000_001,
}
const signer = createTokenSigner(KEY)
const token = signer.sign(CLAIMS)
const [header = '', payload = '', signature = ''] = token.split('.')

/** By hand, as RFC 7515 section 5.1 says it. */
function handMade(headerJson: object, payloadJson: object, key: Buffer): string {
  const parts = [headerJson, payloadJson].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const mac = createHmac('sha256', key).update(parts.join('.')).digest('base64url')
  return [...parts, mac].join('.')
}

test('a token is a JSON Web Token that says whose it is', () => {
  expect(signer.read(token)).toEqual({ id: CLAIMS.id, user: 'alice' })
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
    alg: 'HS256',
    typ: 'JWT',
  })
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
    jti: CLAIMS.id,
    sub: 'alice',
    scope: 'api security-logs',
    iat: 1_700_000_000,
    exp: 1_800_000_001,
  })
  expect(signature).toBe(
    createHmac('sha256', KEY).update(`${header}.${payload}`).digest('base64url'),
  )
})

describe('a text that was not signed here is no token', () => {
  const claims = { jti: CLAIMS.id, sub: 'alice' }
  const head = { alg: 'HS256', typ: 'JWT' }
  const none = handMade({ alg: 'none', typ: 'JWT' }, claims, KEY)
  const other = Buffer.from(JSON.stringify({ jti: CLAIMS.id, sub: 'root' })).toString('base64url')
  test.each([
    ['algorithm none, with no signature', none.slice(0, none.lastIndexOf('.') + 1)],
    ['algorithm none, signed', none],
    ['another algorithm', handMade({ alg: 'HS512', typ: 'JWT' }, claims, KEY)],
    ['another key', handMade(head, claims, Buffer.alloc(32, 8))],
    ['a header of more members', handMade({ ...head, kid: '1' }, claims, KEY)],
    ['another payload', `${header}.${other}.${signature}`],
    ['no payload', `${header}..${signature}`],
    ['no signature', `${header}.${payload}`],
    ['an empty signature', `${header}.${payload}.`],
    ['a fourth part', `${token}.x`],
    ['a signature that is cut off', token.slice(0, -1)],
    // The last of 43 characters holds four bits: others of it mean the same bytes.
    ['another spelling of the signature', `${token.slice(0, -1)}${nextSpelling(token)}`],
    ['blanks', ` ${token}`],
    ['an endless text', `${header}.${'a'.repeat(1_000_000)}.${signature}`],
    ['nothing', ''],
  ])('%s', (_what, text) => {
    expect(signer.read(text)).toBeUndefined()
  })
})

function nextSpelling(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet.charAt(alphabet.indexOf(text.slice(-1)) ^ 1)
}

test('tokens of Opsera’s scopes alone are signed', () => {
  expect(isSigned(['api'])).toBe(true)
  expect(isSigned(['api-readonly', 'security-logs'])).toBe(true)
  expect(isSigned(['api', 'admin'])).toBe(false)
  expect(isSigned([])).toBe(false)
})

test('an id is that of an object of MongoDB, and tells its time', () => {
  const id = mintSignedId(1_627_661_632_109_000)
  expect(id).toMatch(/^61042540[0-9a-f]{16}$/)
  expect(mintSignedId(1_627_661_632_109_000)).not.toBe(id)
})
