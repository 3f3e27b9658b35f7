/** What the path of every source begins with. */
const SOURCES_PATH = '/v1/sources/'

/** Longest segment of a path that is logged: a token in the wrong place is longer than that. */
const SEGMENT_LENGTH_SHOWN_MAX = 32

/** Segments of `KIND/NAME`. */
const SEGMENTS = 2

/**
 * The URL of a request, with doubled slashes and one at the end taken from a path under
 * `/v1/sources/`. Registries join and repeat URLs as they were configured, and would otherwise
 * retry a 404 for ever. All other URLs, and every query, are left as they are.
 */
export function tidySourceUrl(url: string): string {
  const path = pathOf(url)
  const tidy = path.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '')
  return tidy.startsWith(SOURCES_PATH) ? tidy + url.slice(path.length) : url
}

/** `KIND` and `NAME` of a request's URL as they were sent; undefined under any other path. */
export function sourceSegments(url: string): readonly string[] | undefined {
  const path = pathOf(tidySourceUrl(url))
  if (`${path}/` === SOURCES_PATH) return []
  return path.startsWith(SOURCES_PATH) ? path.slice(SOURCES_PATH.length).split('/') : undefined
}

/** A path for the log: without its query, and without segments that may hold a secret. */
export function shownSourcePath(segments: readonly string[]): string {
  const shown = segments.slice(0, SEGMENTS).map((segment) => {
    const isPlain = /^[A-Za-z0-9._-]*$/.test(segment) && segment.length <= SEGMENT_LENGTH_SHOWN_MAX
    return isPlain ? segment : '…'
  })
  return SOURCES_PATH + [...shown, ...(segments.length > SEGMENTS ? ['…'] : [])].join('/')
}

function pathOf(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? ''
}
