import { createHash } from 'node:crypto'
import { percentDecoded, percentEncoded, queryPairs, splitUrl } from './request-url.ts'

/** The parts of an HTTP request that a signature covers. */
export interface SignedRequest {
  readonly method: string
  /** Path and query as they came, undecoded: `/v5/a/container/image/events?limit=1`. */
  readonly url: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** As it came; empty when there was none. */
  readonly body: Uint8Array
}

/**
 * The text whose hash is signed: method, path, query, the signed headers, their names and the hash
 * of the body, one below the other (API signing guide, "Constructing a canonical request").
 *
 * Path and query are decoded and encoded anew, since clients leave characters raw on the wire that
 * they encode for the signature: `!'()*`.
 *
 * @param signedHeaders lower-case names, in the order of the signature.
 * @throws Fault `request.malformed` for a URL that cannot be decoded.
 */
export function canonicalRequest(
  { method, url, headers, body }: SignedRequest,
  signedHeaders: readonly string[],
): string {
  const [path, query] = splitUrl(url)
  const lines = signedHeaders.map((name) => `${name}:${headerText(headers[name])}\n`)
  return [
    method.toUpperCase(),
    canonicalPath(path),
    canonicalQuery(query),
    lines.join(''),
    signedHeaders.join(';'),
    bodyHash(headers['x-sdk-content-sha256'], body),
  ].join('\n')
}

/** The path always ends with a slash. */
function canonicalPath(path: string): string {
  const encoded = path
    .split('/')
    .map((segment) => percentEncoded(percentDecoded(segment)))
    .join('/')
  return encoded.endsWith('/') ? encoded : `${encoded}/`
}

/** Parameters by name, those of one name by value; a parameter without a value is `name=`. */
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

function headerText(value: string | readonly string[] | undefined): string {
  return (typeof value === 'string' ? value : (value?.join(',') ?? '')).trim()
}

/** A client may state the hash, as `UNSIGNED-PAYLOAD` when it did not hash the body. */
function bodyHash(stated: string | readonly string[] | undefined, body: Uint8Array): string {
  const text = headerText(stated)
  return text === '' ? createHash('sha256').update(body).digest('hex') : text
}
