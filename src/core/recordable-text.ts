/**
 * What an event can hold of a text that somebody sent: no more than so many UTF-16 units, and
 * U+FFFD for NUL and for halves of characters, which an event refuses. So an attempt is recorded
 * whatever it was made with.
 */
export function recordableText(text: string, lengthMax: number): string {
  return text.slice(0, lengthMax).toWellFormed().replaceAll('\0', '\u{fffd}')
}
