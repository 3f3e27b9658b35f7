import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import {
  BODY_HASH_HEADER,
  canonicalRequests,
  headerText,
  type SignedRequest,
} from './canonical-request.ts'

const ALGORITHM = 'SDK-HMAC-SHA256'
const DATE_HEADER = 'x-sdk-date'
/**
 * Without the date a signature would be valid forever. Nothing else is required, as with the
 * vendor: Go's client does not sign `host`.
 */
const HEADERS_TO_SIGN = [DATE_HEADER]
/** Longest difference between a signature's time and the server's, in milliseconds. */
const SKEW_MS_MAX = 15 * 60_000
const SIGNED_HEADERS_MAX = 64

/** The content of an `Authorization` header of this scheme. */
export interface Authorization {
  readonly accessKey: string
  /** Lower-case names. */
  readonly signedHeaders: readonly string[]
  /** 64 lower-case hexadecimal digits. */
  readonly signature: string
}

/** The result of checking a signature. */
export type SignatureCheck =
  | { readonly outcome: 'valid' }
  | { readonly outcome: 'incomplete'; readonly missing: string }
  | { readonly outcome: 'expired'; readonly signedAt: string }
  | { readonly outcome: 'forged'; readonly canonicalRequest: string }

/** Parses `SDK-HMAC-SHA256 Access=…, SignedHeaders=a;b, Signature=…`; undefined for other texts. */
export function parseAuthorization(header: string | undefined): Authorization | undefined {
  const [, parts] = /^SDK-HMAC-SHA256\s+(.*)$/.exec(header ?? '') ?? []
  if (parts === undefined) return undefined
  const fields = new Map<string, string>()
  for (const part of parts.split(',')) {
    const [, name = '', value = ''] = /^\s*(\w+)=(\S+)\s*$/.exec(part) ?? []
    if (name === '' || fields.has(name)) return undefined
    fields.set(name, value)
  }
  const accessKey = fields.get('Access')
  const signature = fields.get('Signature') ?? ''
  const signedHeaders = fields.get('SignedHeaders')?.toLowerCase().split(';') ?? []
  const isWhole =
    accessKey !== undefined &&
    /^[0-9a-f]{64}$/.test(signature) &&
    signedHeaders.length > 0 &&
    signedHeaders.length <= SIGNED_HEADERS_MAX &&
    signedHeaders.every((name) => /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name))
  return isWhole ? { accessKey, signedHeaders, signature } : undefined
}

/**
 * Checks the signature of a request (API signing guide, "AK/SK signing", algorithm
 * SDK-HMAC-SHA256), comparing in constant time.
 *
 * @param nowMs the server's time, milliseconds since the epoch.
 *
 * @throws Fault `request.malformed` for a URL that cannot be decoded.
 */
export function checkSignature(
  request: SignedRequest,
  authorization: Authorization,
  secretKey: string,
  nowMs: number,
): SignatureCheck {
  const { signedHeaders, signature } = authorization
  const missing = HEADERS_TO_SIGN.find((name) => !signedHeaders.includes(name))
  if (missing !== undefined) return { outcome: 'incomplete', missing }
  const unsent = signedHeaders.find((name) => request.headers[name] === undefined)
  if (unsent !== undefined) return { outcome: 'incomplete', missing: unsent }
  const signedAt = headerText(request.headers[DATE_HEADER])
  const signedAtMs = parseDate(signedAt)
  if (signedAtMs === undefined || Math.abs(nowMs - signedAtMs) > SKEW_MS_MAX) {
    return { outcome: 'expired', signedAt }
  }
  const texts = canonicalRequests(request, signedHeaders)
  const given = Buffer.from(signature, 'hex')
  const isEqual = texts.some((text) =>
    timingSafeEqual(given, Buffer.from(signatureOf(text, signedAt, secretKey), 'hex')),
  )
  const isValid = isEqual && hashHolds(request)
  return isValid ? { outcome: 'valid' } : { outcome: 'forged', canonicalRequest: texts[0] ?? '' }
}

/** The signature of a canonical request, 64 lower-case hexadecimal digits. */
export function signatureOf(canonical: string, signedAt: string, secretKey: string): string {
  const hash = createHash('sha256').update(canonical).digest('hex')
  return createHmac('sha256', secretKey).update(`${ALGORITHM}\n${signedAt}\n${hash}`).digest('hex')
}

/** Whether a stated hash is that of the body; `UNSIGNED-PAYLOAD` states none. */
function hashHolds({ headers, body }: SignedRequest): boolean {
  const stated = headerText(headers[BODY_HASH_HEADER])
  if (stated === '' || stated === 'UNSIGNED-PAYLOAD') return true
  return stated === createHash('sha256').update(body).digest('hex')
}

/** Parses `YYYYMMDDTHHMMSSZ` to milliseconds since the epoch; undefined for any other text. */
function parseDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second] = match
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(ms) ? undefined : ms
}
