import { cutText } from '../cut-text.ts'

/**
 * Why no event can hold a text; undefined when it can. Lone surrogates and NULs do not survive all
 * systems that an event passes through, and UTF-8 cannot encode the former.
 */
export function textObjection(text: string): string | undefined {
  if (!text.isWellFormed()) return 'text without lone surrogates'
  return text.includes('\0') ? 'text without NUL characters' : undefined
}

/**
 * The part of a text that an event can hold: at most `lengthMax` UTF-16 units, with U+FFFD for NULs
 * and lone surrogates. So any attempt can be recorded, whatever text it contains.
 */
export function recordableText(text: string, lengthMax = Number.POSITIVE_INFINITY): string {
  return cutText(text, lengthMax).toWellFormed().replaceAll('\0', '\u{fffd}')
}
