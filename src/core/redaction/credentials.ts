import type { Span } from './span.ts'
import { argumentEnd, isQuoteAt, valueAt, wordEnd } from './value-extent.ts'

/** Schemes of `Authorization` that are known not to be credentials themselves. */
const SCHEMES = [
  ...['basic', 'bearer', 'digest', 'dpop', 'gnap', 'hoba', 'mutual', 'negotiate', 'ntlm', 'oauth'],
  ...['scram-sha-1', 'scram-sha-256', 'vapid', 'token', 'apikey', 'api-key', 'splunk', 'hawk'],
  ...['aws4-hmac-sha256', 'aws4-ecdsa-p256-sha256', 'aws', 'sharedkey', 'sharedkeylite', 'mac'],
  ...['sharedaccesssignature', 'key', 'jwt', 'bot', 'ssws', 'geniekey', 'googlelogin', 'kerberos'],
  ...['privatetoken', 'snowflake', 'signature', 'sdk-hmac-sha256', 'goog4-rsa-sha256', 'concealed'],
]
const SCHEME = new RegExp(`^(?:${SCHEMES.join('|')})$`, 'i')
/** A possible scheme: a word without digits, shorter than a credential. */
const SCHEME_LIKE = /^[A-Za-z][A-Za-z0-9-]{0,31}$/

/** What may follow a header on a command line: another option, a URL, another command. */
const NO_PART = /^(?:-\w(?![\w=+/-]{6})|--[a-z]|["']?[a-z][a-z0-9+.-]{1,15}:\/\/|[|;&<>]|\d?>)/i
const SPACES = /[^\S\r\n]{1,8}/y
const MORE_PARTS_MAX = 64

/**
 * The credential of a header: everything after the scheme, whatever the scheme is. In quotes it
 * extends to the quote that closes the argument; otherwise, over the parts that belong together.
 *
 * @param nameStart where the header begins, possibly just after a quote.
 */
export function authorizationAt(text: string, at: number, nameStart: number): Span | undefined {
  const quoted = isQuoteAt(text, at + blanksAt(text, at)) ? valueAt(text, at) : undefined
  const first = quoted?.start ?? at + blanksAt(text, at)
  const end = quoted?.end ?? argumentEnd(text, nameStart) ?? partsEnd(text, first)
  if (end <= first) return undefined
  const word = text.slice(first, Math.min(end, wordEnd(text, first)))
  if (!SCHEME.test(word)) return { start: first, end }
  const credential = first + word.length + blanksAt(text, first + word.length)
  return credential < end ? { start: credential, end } : { start: first, end }
}

/** Whether the word at a position is a scheme, with a credential after it. */
export function isSchemeAt(text: string, at: number): boolean {
  const word = /^[\w-]{2,32}(?=\s)/.exec(text.slice(at, at + 34))?.[0]
  return word !== undefined && SCHEME.test(word)
}

/** The end of `Scheme credential`, or of `a=b, c=d`, which a comma or semicolon continues. */
function partsEnd(text: string, at: number): number {
  let end = wordEnd(text, at)
  let isOpen = SCHEME_LIKE.test(text.slice(at, end))
  for (let parts = 0; parts < MORE_PARTS_MAX; parts += 1) {
    if (!isOpen && !/[,;]/.test(text.charAt(end - 1))) return end
    const next = end + blanksAt(text, end)
    if (next === end || next >= text.length) return end
    if (NO_PART.test(text.slice(next, next + 20))) return end
    const nextEnd = wordEnd(text, next)
    if (nextEnd === next) return end
    end = nextEnd
    isOpen = false
  }
  return end
}

function blanksAt(text: string, at: number): number {
  SPACES.lastIndex = at
  return SPACES.exec(text)?.[0].length ?? 0
}

/** A scheme before what can only be its credential, without a header's name. */
const SCHEME_ALONE = new RegExp(
  '(?<![\\w-])(?:' +
    [
      'bearer\\s{1,8}(?=[^\\s"\']{6})',
      '(?:negotiate|ntlm)\\s{1,8}(?=[A-Za-z0-9+/]{16})',
      '(?:aws4-[a-z0-9-]{1,24}|sdk-hmac-sha256|sharedkey(?:lite)?)\\s{1,8}(?=[\\w-]{1,32}[=:])',
      'digest\\s{1,8}(?=(?:username|realm|nonce)=)',
    ].join('|') +
    ')',
  'gi',
)
const SCHEME_HINT = /(?:bearer|negotiate|ntlm|sha256|sharedkey(?:lite)?|digest|basic)\s/i
const BASIC = /(?<![\w-])basic\s{1,8}([A-Za-z0-9+/_-]{6,}={0,2})/gi

/** Credentials after a scheme without a header's name before it. */
export function schemeSpans(text: string): readonly Span[] {
  const spans: Span[] = []
  if (!SCHEME_HINT.test(text)) return spans
  let covered = 0
  for (const { 0: found, index } of text.matchAll(SCHEME_ALONE)) {
    if (index < covered) continue
    const start = index + found.length
    covered = partsEnd(text, start)
    spans.push({ start, end: covered })
  }
  for (const { 0: found, 1: encoded = '', index } of text.matchAll(BASIC)) {
    if (!Buffer.from(encoded, 'base64').includes(':')) continue
    const end = index + found.length
    spans.push({ start: end - encoded.length, end })
  }
  return spans
}
