/** Printable texts whose case is folded alike here and in the engine. */
const ASCII = /^[\x20-\x7e]*$/

/** Whether a text is printable ASCII. */
export function isAscii(text: string): boolean {
  return ASCII.test(text)
}
