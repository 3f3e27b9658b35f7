import type { Span } from './span.ts'

/** Separates a scheme from its authority, plain or URL-encoded. */
const AUTHORITY = /:\/\/|%3A%2F%2F/gi
/** Longest user and password before a host, in UTF-16 units. */
const USERINFO = /[^\s"'<>`]{0,512}/y
const SCHEME = /([a-z][a-z0-9+.-]{0,31})$/i
/** Schemes in which a user without a password is only a user; in others it is a token. */
const USER_ALONE =
  /^(?:ssh|git|svn|sftp|ftps?|rsync|mailto|ldaps?|imaps?|smtps?|s3|gs|abfss?|hdfs)/i

/**
 * The passwords in URLs of any scheme; in `https://token@host` also the user. A password may
 * contain `@` and `/`, although it should not.
 */
export function urlSpans(text: string): readonly Span[] {
  if (!text.includes('@') && !/%40/i.test(text)) return []
  const spans: Span[] = []
  let covered = 0
  for (const { 0: mark, index } of text.matchAll(AUTHORITY)) {
    if (index < covered) continue
    const start = index + mark.length
    USERINFO.lastIndex = start
    const rest = USERINFO.exec(text)?.[0] ?? ''
    const scheme = SCHEME.exec(text.slice(Math.max(0, index - 32), index))?.[1] ?? ''
    const span = mark === '://' ? userinfoOf(rest, scheme) : encodedUserinfoOf(rest)
    if (span === undefined) continue
    covered = start + span.end
    spans.push({ start: start + span.start, end: covered })
  }
  return spans
}

/** The secret part of `user:password@host/path?query`. */
function userinfoOf(rest: string, scheme: string): Span | undefined {
  const authority = rest.slice(0, searchOr(rest, /[/?#\\]/))
  const at = authority.lastIndexOf('@')
  const colon = rest.indexOf(':')
  if (at !== -1) {
    if (colon !== -1 && colon < at) return { start: colon + 1, end: at }
    return USER_ALONE.test(scheme) ? undefined : { start: 0, end: at }
  }
  // A port has only digits; anything else after a colon is a password that contains a slash.
  if (colon === -1 || colon >= authority.length || /^\d*$/.test(authority.slice(colon + 1))) {
    return undefined
  }
  const later = rest.lastIndexOf('@')
  return later > colon && !rest.startsWith('[') ? { start: colon + 1, end: later } : undefined
}

function encodedUserinfoOf(rest: string): Span | undefined {
  const authority = rest.slice(0, searchOr(rest, /%2F|%3F|[&/?#]/i))
  const at = authority.search(/%40|@(?!.*@)/i)
  const colon = authority.search(/%3A|:/i)
  if (at === -1 || colon === -1 || colon > at) return undefined
  return { start: colon + (authority[colon] === ':' ? 1 : 3), end: at }
}

function searchOr(text: string, pattern: RegExp): number {
  const found = text.search(pattern)
  return found === -1 ? text.length : found
}
