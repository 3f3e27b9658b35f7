import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http'

/** Names that are not simply capitalized. */
const NAMES = ['ETag', 'WWW-Authenticate', 'X-Next-CSRF-Token']

/** By lower-case name. It stays small, because only names that this program sends are added. */
const spelledNames = new Map(NAMES.map((name) => [name.toLowerCase(), name]))

/**
 * A response whose header names are spelled as standards and vendors document them:
 * `X-Subject-Token`. The framework sends lower case, which is equal in HTTP, but some clients look
 * headers up by their documented spelling.
 */
export class SpelledResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  override setHeader(name: string, value: number | string | readonly string[]): this {
    return super.setHeader(spelled(name), value)
  }

  override writeHead(
    status: number,
    reasonOrHeaders?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    headers?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ): this {
    return typeof reasonOrHeaders === 'string'
      ? super.writeHead(status, reasonOrHeaders, allSpelled(headers))
      : super.writeHead(status, allSpelled(reasonOrHeaders))
  }
}

function allSpelled<Headers extends OutgoingHttpHeaders | OutgoingHttpHeader[] | undefined>(
  headers: Headers,
): Headers | OutgoingHttpHeaders {
  if (headers === undefined || Array.isArray(headers)) return headers
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [spelled(name), value]))
}

function spelled(name: string): string {
  const known = spelledNames.get(name)
  if (known !== undefined) return known
  const made = name.toLowerCase().replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase())
  const documented = spelledNames.get(name.toLowerCase()) ?? made
  spelledNames.set(name, documented)
  return documented
}
