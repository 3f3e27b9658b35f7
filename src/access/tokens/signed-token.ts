import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { isMembers } from '../../core/json/json.ts'
import type { Scope } from '../directory/principal.ts'

/**
 * Scopes whose tokens are JSON Web Tokens, as clients with these scopes expect. A token with any
 * other scope is a plain one.
 */
const SIGNED_SCOPES: readonly Scope[] = ['api', 'api-readonly', 'security-logs']

/** Longest text that is looked at, in characters: several times that of any token made here. */
const TEXT_LENGTH_MAX = 2048
const ID_RANDOM_BYTES = 8
/** base64url of the 32 bytes of an HMAC-SHA256. */
const SIGNATURE_LENGTH = 43
const HEADER = encoded({ alg: 'HS256', typ: 'JWT' })

/** What a signed token states. */
export interface SignedClaims {
  /** `jti`: the only part that is kept. */
  readonly id: string
  /** `sub`: the id of the user that owns it. */
  readonly user: string
  readonly scopes: readonly Scope[]
  readonly issuedMicros: number
  readonly expiresMicros: number | undefined
}

/** Makes and reads JSON Web Tokens (RFC 7519) that are signed with HMAC-SHA256. */
export interface TokenSigner {
  sign(claims: SignedClaims): string
  /**
   * Whose token it is, when it was signed here; else undefined. Whether it expired or was revoked
   * is for the caller to say, who knows it by its id.
   */
  read(text: string): Pick<SignedClaims, 'id' | 'user'> | undefined
}

/** Whether tokens of these scopes are signed ones. */
export function isSigned(scopes: readonly Scope[]): boolean {
  return scopes.length > 0 && scopes.every((scope) => SIGNED_SCOPES.includes(scope))
}

/** The id of a new signed token: 24 hexadecimal digits, seconds and random ones. */
export function mintSignedId(nowMicros: number): string {
  const seconds = Math.floor(nowMicros / 1_000_000) % 2 ** 32
  return seconds.toString(16).padStart(8, '0') + randomBytes(ID_RANDOM_BYTES).toString('hex')
}

/**
 * A signer with a key of the instance.
 *
 * There is one header, and it is compared as a whole: an algorithm that a token names is never
 * looked at, so `none` and every other one are refused like any unknown text. This runs on every
 * request, synchronously, which the libraries for all of RFC 7515 do not.
 *
 * @param key at least 32 secret bytes, used for nothing else.
 */
export function createTokenSigner(key: Uint8Array): TokenSigner {
  const signature = (signed: string) => createHmac('sha256', key).update(signed).digest('base64url')
  return {
    sign({ id, user, scopes, issuedMicros, expiresMicros }) {
      const signed = `${HEADER}.${encoded({
        jti: id,
        sub: user,
        scope: scopes.join(' '),
        iat: Math.floor(issuedMicros / 1_000_000),
        ...(expiresMicros !== undefined && { exp: Math.ceil(expiresMicros / 1_000_000) }),
      })}`
      return `${signed}.${signature(signed)}`
    },
    read(text) {
      const [header, payload = '', given = '', ...more] =
        text.length > TEXT_LENGTH_MAX ? [] : text.split('.')
      if (header !== HEADER || given.length !== SIGNATURE_LENGTH || more.length > 0) {
        return undefined
      }
      const expected = Buffer.from(signature(`${header}.${payload}`))
      const bytes = Buffer.from(given)
      if (bytes.length !== expected.length || !timingSafeEqual(bytes, expected)) return undefined
      const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
      const { jti, sub } = isMembers(claims) ? claims : {}
      return typeof jti === 'string' && typeof sub === 'string' ? { id: jti, user: sub } : undefined
    },
  }
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
