import { createHmac, timingSafeEqual } from 'node:crypto'

const TOKEN = /^(?<expires>\d{1,12})\.(?<signature>[\w-]{43})$/

/** The state of a link's token. */
type LinkState = 'valid' | 'expired' | 'forged'

/** Signs file names, so that only holders of a link can fetch the file. */
export interface LinkSigner {
  /** A token for the file that is valid until a time in seconds since the epoch. */
  sign(fileName: string, expiresSeconds: number): string
  /** Compares in constant time. */
  check(fileName: string, token: string, nowSeconds: number): LinkState
}

/** Tokens are `EXPIRES.SIGNATURE`: HMAC-SHA256 over the name and the time, in base64url. */
export function createLinkSigner(key: Uint8Array): LinkSigner {
  const signature = (fileName: string, expires: string) =>
    createHmac('sha256', key).update(`${expires}\n${fileName}`).digest()
  return {
    sign(fileName, expiresSeconds) {
      const expires = String(Math.floor(expiresSeconds))
      return `${expires}.${signature(fileName, expires).toString('base64url')}`
    },
    check(fileName, token, nowSeconds) {
      const { expires = '0', signature: given = '' } = TOKEN.exec(token)?.groups ?? {}
      const bytes = Buffer.from(given, 'base64url')
      const expected = signature(fileName, expires)
      if (bytes.length !== expected.length || !timingSafeEqual(bytes, expected)) return 'forged'
      return Number(expires) > nowSeconds ? 'valid' : 'expired'
    },
  }
}
