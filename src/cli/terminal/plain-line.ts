/**
 * Makes a text safe to show on one line: control characters become `�`. Events and answers contain
 * untrusted text, and terminals execute escape sequences.
 */
export function plainLine(text: string): string {
  // C0, DEL, C1, line separators, and marks that change the direction of text.
  return text.replaceAll(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => (character === '\t' || character === '\n' ? ' ' : '\ufffd'),
  )
}
