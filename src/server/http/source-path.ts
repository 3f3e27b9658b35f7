/** The beginning of every source's path. */
const SOURCES_PATH = '/v1/sources/'

/** Longest path segment that is logged; a misplaced token is longer. */
const SEGMENT_LENGTH_SHOWN_MAX = 32

/** Number of segments in `KIND/NAME`. */
const SEGMENTS = 2

/**
 * Removes duplicate and trailing slashes from a path under `/v1/sources/`. Registries join URLs as
 * they are configured, and would otherwise retry a 404 forever. Other URLs, and all queries, stay
 * unchanged.
 */
export function tidySourceUrl(url: string): string {
  const path = pathOf(url)
  const tidy = path.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '')
  return tidy.startsWith(SOURCES_PATH) ? tidy + url.slice(path.length) : url
}

/** The segments after `/v1/sources/` as they were sent; undefined under any other path. */
export function sourceSegments(url: string): readonly string[] | undefined {
  const path = pathOf(tidySourceUrl(url))
  if (`${path}/` === SOURCES_PATH) return []
  return path.startsWith(SOURCES_PATH) ? path.slice(SOURCES_PATH.length).split('/') : undefined
}

/** A path for the log, without its query and without segments that may contain a secret. */
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
