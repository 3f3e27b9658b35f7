import { hash, randomInt, timingSafeEqual } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** Base62 characters of each half: 119 random bits. */
const HALF_LENGTH = 20
const FORM = /^[0-9A-Za-z]{40}$/

/** Compared instead of the hash of a token that does not exist; no secret hashes to zeros. */
const NO_HASH = Buffer.alloc(32)

/** A token as it is made: `text` is shown once, the rest is kept. */
export interface MintedToken {
  /** 40 base62 characters: the lookup id, then the secret. */
  readonly text: string
  readonly lookupId: string
  /** SHA-256 of the secret half, hex. */
  readonly secretSha256: string
}

/** A new token of 238 random bits. */
export function mintToken(): MintedToken {
  const lookupId = randomText()
  const secret = randomText()
  return { text: lookupId + secret, lookupId, secretSha256: sha256(secret).toString('hex') }
}

/** The half of a token that finds it; undefined when the text has not the form of a token. */
export function tokenLookupId(text: string): string | undefined {
  return FORM.test(text) ? text.slice(0, HALF_LENGTH) : undefined
}

/**
 * Whether the secret half of a token has this hash, compared in constant time. An unknown
 * token (`undefined`) costs the same work, so that the time does not show which ids exist.
 *
 * A plain hash is enough: unlike a password, the secret cannot be guessed.
 */
export function secretMatches(text: string, secretSha256: Buffer | undefined): boolean {
  const expected = secretSha256 ?? NO_HASH
  return timingSafeEqual(sha256(text.slice(HALF_LENGTH)), expected) && expected !== NO_HASH
}

function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

function randomText(): string {
  let text = ''
  for (let index = 0; index < HALF_LENGTH; index += 1) {
    text += ALPHABET.charAt(randomInt(ALPHABET.length))
  }
  return text
}
