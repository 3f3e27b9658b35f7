import { Fault, invalidValue } from '../../core/errors.ts'
import { formatTimestamp, parseTimestamp } from '../../core/time/timestamp.ts'
import { isUuid } from '../../core/values/uuid.ts'

/** Longest text of a user, grant or token, in UTF-16 units. */
export const TEXT_LENGTH_MAX = 255

/**
 * Characters that are invisible, or that look like an ordinary space: controls, zero-width and
 * bidirectional ones, line separators, private use. With them two names look the same.
 */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u

/** `HIDDEN` in ranges, for patterns that others read; a text of JSON has no lone surrogates. */
const HIDDEN_RANGES =
  '\\u0000-\\u001f\\u007f-\\u00a0\\u00ad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f' +
  '\\u0890-\\u0891\\u08e2\\u115f-\\u1160\\u1680\\u17b4-\\u17b5\\u180b-\\u180f' +
  '\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ue000-\\uf8ff' +
  '\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\u{110bd}\u{110cd}\u{13430}-\u{1343f}' +
  '\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\u{f0000}-\u{ffffd}' +
  '\u{100000}-\u{10fffd}'

/** What `requireText` lets through, as a pattern (ECMA-262, with the flag `u`). */
export const TEXT_PATTERN = patternWithout('')
/** What `requireUserName` lets through, but for UUIDs and other normal forms. */
export const USER_NAME_PATTERN = `^(?!\\.+$)${patternWithout('/\\\\').slice(1)}`
/** What `requirePlace` lets through. */
export const PLACE_PATTERN = patternWithout('*')

function patternWithout(characters: string): string {
  const refused = `${HIDDEN_RANGES}${characters}`
  return `^[^ ${refused}](?:[^${refused}]*[^ ${refused}])?$`
}

/** Whether a text can be one of a user, grant or token, such as the name of a tenant. */
export function isText(text: string): boolean {
  const isGood = text !== '' && text.length <= TEXT_LENGTH_MAX && text.trim() === text
  return isGood && !HIDDEN.test(text)
}

/** A text of a user, grant or token. @throws Fault `request.invalid`. */
export function requireText(path: string, text: string): string {
  if (isText(text)) return text
  throw invalidValue(
    path,
    `1 to ${TEXT_LENGTH_MAX} visible characters, without spaces at the ends and without ` +
      'control, zero-width or bidirectional characters',
  )
}

/**
 * The name of a new user: it is a namespace too, and part of paths and sources.
 *
 * @throws Fault `request.invalid` for a path, an id, or another spelling of the same characters.
 */
export function requireUserName(path: string, name: string): string {
  requireText(path, name)
  if (isUuid(name)) throw invalidValue(path, 'a name that does not look like an id')
  if (/[/\\]/.test(name) || /^\.+$/.test(name)) {
    throw invalidValue(path, 'a name that is no path: without / and \\, and not only dots')
  }
  if (name !== name.normalize('NFC')) throw invalidValue(path, 'a name in Unicode normal form C')
  return name
}

/** A place that a grant is for. A pattern would be meant for more than this one name. */
export function requirePlace(path: string, text: string): string {
  if (!text.includes('*')) return requireText(path, text)
  throw invalidValue(path, 'one name; a grant has no patterns, and roles allow the whole tenant')
}

/** When a token ends; undefined: never. @throws Fault `request.invalid` for no time to come. */
export function readExpiry(text: string | undefined, nowMicros: number): string | undefined {
  if (text === undefined) return undefined
  const micros = parseTimestamp(text)
  if (micros !== undefined && micros > nowMicros) return formatTimestamp(micros)
  throw invalidValue('/expiresAt', 'an RFC 3339 time in the future')
}

/** There is no such thing, or the caller does not see it. */
export function missing(what: string): Fault {
  return new Fault('resource.missing', { detail: `there is no such ${what}` })
}
