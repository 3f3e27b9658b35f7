/** What the target of a request says. */
export interface RequestUri {
  /** Decoded, without the version: `/containers/web/start`. */
  readonly path: string
  readonly query: URLSearchParams
}

/** What a target may have before its path (RFC 9112 section 3.2.2). */
const ABSOLUTE_FORM = /^https?:\/\/[^/?]*/i
/** `/v1.41`, in front of any path. */
const VERSION = /^\/v[0-9.]+(?=\/)/

/**
 * Reads the target of a request as Docker does, which decodes the whole path before it looks which
 * route that is. It never throws.
 */
export function readUri(uri: string): RequestUri {
  const [target = ''] = uri.replace(ABSOLUTE_FORM, '').split('#', 1)
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? '' : target.slice(mark + 1)
  return { path: decoded(path).replace(VERSION, ''), query: new URLSearchParams(query) }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
