/** The target of a request. */
export interface RequestUri {
  /** Decoded, without the version: `/containers/web/start`. */
  readonly path: string
  readonly query: URLSearchParams
}

/** What may precede the path (RFC 9112 section 3.2.2); Docker accepts any scheme. */
const BEFORE_PATH = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^/]*)?/
/** `/v1.41` before any path. */
const VERSION = /^\/v[0-9.]+(?=\/)/
/** Escaped bytes. */
const ESCAPES = /(?:%[0-9A-Fa-f]{2})+/g
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/

/**
 * Reads the target of a request as Docker does: it decodes the whole path before routing, and a `#`
 * is an ordinary character. Never throws.
 */
export function readUri(uri: string): RequestUri {
  const mark = uri.indexOf('?')
  const path = (mark === -1 ? uri : uri.slice(0, mark)).replace(BEFORE_PATH, '')
  const query = mark === -1 ? '' : uri.slice(mark + 1)
  return { path: (unescaped(path) ?? path).replace(VERSION, ''), query: readQuery(query) }
}

/**
 * Reads parameters as Go's `url.ParseQuery` does: it drops a pair with a semicolon or a broken
 * escape. Docker rejects most such requests.
 */
function readQuery(text: string): URLSearchParams {
  const query = new URLSearchParams()
  for (const pair of text.split('&')) {
    if (pair === '' || pair.includes(';')) continue
    const equals = pair.indexOf('=')
    const name = unescaped(spaced(equals === -1 ? pair : pair.slice(0, equals)))
    const value = unescaped(spaced(equals === -1 ? '' : pair.slice(equals + 1)))
    if (name !== undefined && value !== undefined) query.append(name, value)
  }
  return query
}

function spaced(text: string): string {
  return text.replaceAll('+', ' ')
}

/** Undefined when an escape is broken. Bytes that are not UTF-8 become U+FFFD. */
function unescaped(text: string): string | undefined {
  if (BROKEN_ESCAPE.test(text)) return undefined
  return text.replace(ESCAPES, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString())
}
