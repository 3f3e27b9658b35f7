import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { percentDecoded, percentEncoded, queryPairs, splitUrl } from './request-url.ts'

/** Header in which a client may state the hash of the body. */
export const BODY_HASH_HEADER = 'x-sdk-content-sha256'

/** The parts of an HTTP request that a signature covers. */
export interface SignedRequest {
  readonly method: string
  /** Path and query as sent, undecoded: `/v5/a/container/image/events?limit=1`. */
  readonly url: string
  /** By lower-case name, as in Node.js: one character per byte. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** As sent; empty when there was none. */
  readonly body: Uint8Array
}

/**
 * The texts that a client may have signed for a request, each with method, path, query, the signed
 * headers, their names and the hash of the body on separate lines (API signing guide, "Constructing
 * a canonical request"). The first one follows the guide. More follow only where the vendor's
 * clients disagree with it or with each other.
 *
 * Path and query are decoded and encoded again, because clients encode some characters only for the
 * signature, not on the wire: `!'()*`.
 *
 * @param signedHeaders lower-case names, in the order of the signature.
 *
 * @throws Fault `request.malformed` for a URL that cannot be decoded.
 */
export function canonicalRequests(
  { method, url, headers, body }: SignedRequest,
  signedHeaders: readonly string[],
): readonly string[] {
  const [path, query] = splitUrl(url)
  const lines = signedHeaders.map((name) => `${name}:${headerText(headers[name])}\n`)
  const isHashSigned = signedHeaders.includes(BODY_HASH_HEADER)
  const hashes = bodyHashes(headerText(headers[BODY_HASH_HEADER]), { body, isHashSigned })
  return canonicalPaths(path).flatMap((canonicalPath) =>
    hashes.map((hash) =>
      [
        method.toUpperCase(),
        canonicalPath,
        canonicalQuery(query),
        lines.join(''),
        signedHeaders.join(';'),
        hash,
      ].join('\n'),
    ),
  )
}

/** The text according to the signing guide, which Waybill's own requests use. */
export function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const [text = ''] = canonicalRequests(request, signedHeaders)
  return text
}

/**
 * The value of a header as its sender wrote it, trimmed; empty when absent. Node.js reads a byte as
 * a character, but the vendor's clients write UTF-8.
 */
export function headerText(value: string | readonly string[] | undefined): string {
  const text = typeof value === 'string' ? value : (value?.join(',') ?? '')
  const bytes = Buffer.from(text, 'latin1')
  const isSentAsUtf8 = bytes.toString('latin1') === text && isUtf8(bytes)
  return (isSentAsUtf8 ? bytes.toString() : text).trim()
}

/**
 * Clients agree on a path without percent-encoding. With it, Go and Java sign each segment decoded,
 * Python decodes slashes too, and JavaScript encodes the encoded path again.
 */
function canonicalPaths(path: string): readonly string[] {
  const segments = path.split('/')
  const decoded = segments.map(percentDecoded)
  return [...new Set([decoded, decoded.join('/').split('/'), segments].map(encodedPath))]
}

/** The path always ends with a slash. */
function encodedPath(segments: readonly string[]): string {
  const encoded = segments.map(percentEncoded).join('/')
  return encoded.endsWith('/') ? encoded : `${encoded}/`
}

/** Parameters sorted by name, then by value; one without a value is `name=`. */
function canonicalQuery(query: string): string {
  return [...queryPairs(query)]
    .sort(([leftName, leftValue], [rightName, rightValue]) =>
      leftName === rightName ? order(leftValue, rightValue) : order(leftName, rightName),
    )
    .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
    .join('&')
}

/** By UTF-16 code units, as the vendor's clients sort. */
function order(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

/**
 * A client may state the hash, or `UNSIGNED-PAYLOAD` when it did not hash the body. Python signs
 * the hash of an empty body, whatever hash it states.
 */
function bodyHashes(
  stated: string,
  { body, isHashSigned }: { readonly body: Uint8Array; readonly isHashSigned: boolean },
): readonly string[] {
  if (stated !== '' && (body.length > 0 || !isHashSigned)) return [stated]
  const hash = createHash('sha256').update(body).digest('hex')
  return stated === '' ? [hash] : [...new Set([stated, hash])]
}
