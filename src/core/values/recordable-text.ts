import { cutText } from '../cut-text.ts'

/**
 * What is wrong with a text that no event can hold, or undefined when nothing is. Neither a lone
 * surrogate nor a NUL survives all of the systems that an event passes through, and UTF-8 cannot
 * carry the first.
 */
export function textObjection(text: string): string | undefined {
  if (!text.isWellFormed()) return 'text without lone surrogates'
  return text.includes('\0') ? 'text without NUL characters' : undefined
}

/**
 * What an event can hold of a text that was sent: at most `lengthMax` UTF-16 units, and U+FFFD for
 * NUL and for halves of characters. So an attempt is recorded whatever it was made with.
 */
export function recordableText(text: string, lengthMax = Number.POSITIVE_INFINITY): string {
  return cutText(text, lengthMax).toWellFormed().replaceAll('\0', '\u{fffd}')
}
