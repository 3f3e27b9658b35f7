/**
 * A text as one line that is safe to show: control characters become `�`. Events and answers hold
 * what strangers wrote, and a terminal obeys escape sequences.
 */
export function plainLine(text: string): string {
  // C0, DEL, C1, line separators, and the marks that turn the direction of text around.
  return text.replaceAll(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => (character === '\t' || character === '\n' ? ' ' : '\ufffd'),
  )
}
