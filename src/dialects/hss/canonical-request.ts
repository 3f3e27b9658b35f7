import { createHash } from 'node:crypto'

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

/** A request whose path or query is no percent-encoded UTF-8: nothing was signed that way. */
export class UnsignableError extends Error {
  override readonly name = 'UnsignableError'
}

/**
 * The text whose hash is signed: method, path, query, the signed headers, their names and the hash
 * of the body, one below the other (API signing guide, "Constructing a canonical request").
 *
 * Path and query are decoded and encoded anew, since clients leave characters raw on the wire that
 * they encode for the signature: `!'()*`.
 *
 * @param signedHeaders lower-case names, in the order of the signature.
 * @throws UnsignableError
 */
export function canonicalRequest(
  { method, url, headers, body }: SignedRequest,
  signedHeaders: readonly string[],
): string {
  const [path = '', query] = splitOnce(url, '?')
  const lines = signedHeaders.map((name) => `${name}:${headerText(headers[name])}\n`)
  return [
    method.toUpperCase(),
    canonicalPath(path),
    canonicalQuery(query ?? ''),
    lines.join(''),
    signedHeaders.join(';'),
    bodyHash(headers['x-sdk-content-sha256'], body),
  ].join('\n')
}

/** The path always ends with a slash. */
function canonicalPath(path: string): string {
  const encoded = path
    .split('/')
    .map((segment) => encode(decode(segment)))
    .join('/')
  return encoded.endsWith('/') ? encoded : `${encoded}/`
}

/** Parameters by name, those of one name by value; a parameter without a value is `name=`. */
function canonicalQuery(query: string): string {
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value = ''] = splitOnce(pair, '=')
      return [decode(name), decode(value)] as const
    })
  return pairs
    .sort(([leftName, leftValue], [rightName, rightValue]) =>
      leftName === rightName ? order(leftValue, rightValue) : order(leftName, rightName),
    )
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&')
}

/** By UTF-16 code units, as the vendor's clients sort. */
function order(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** Percent-encoding with RFC 3986's unreserved characters alone left as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** A plus sign is a plus sign: the vendor's clients write a blank as %20. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    throw new UnsignableError('the URL is not percent-encoded UTF-8', { cause: error })
  }
}

function headerText(value: string | readonly string[] | undefined): string {
  return (typeof value === 'string' ? value : (value?.join(',') ?? '')).trim()
}

/** A client may state the hash, as `UNSIGNED-PAYLOAD` when it did not hash the body. */
function bodyHash(stated: string | readonly string[] | undefined, body: Uint8Array): string {
  const text = headerText(stated)
  return text === '' ? createHash('sha256').update(body).digest('hex') : text
}

function splitOnce(text: string, separator: string): readonly [string, string | undefined] {
  const index = text.indexOf(separator)
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)]
}
