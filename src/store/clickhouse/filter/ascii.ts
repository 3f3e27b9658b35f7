/** Texts whose letters are folded alike here and in the engine: no control characters either. */
const ASCII = /^[\x20-\x7e]*$/

/** Whether a text is printable ASCII. */
export function isAscii(text: string): boolean {
  return ASCII.test(text)
}
