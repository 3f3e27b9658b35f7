import { BACKSLASH, isBlank, QUOTE } from '../boundary/transcribe/json-bytes.ts'

/** Index just after the string of JSON text that opens at `start`. */
export function endOfString(json: string, start: number): number {
  let index = start + 1
  while (index < json.length && json.charCodeAt(index) !== QUOTE) {
    index += json.charCodeAt(index) === BACKSLASH ? 2 : 1
  }
  return index + 1
}

/** First index from `at` on that is not whitespace in JSON text. */
export function skipBlankText(json: string, at: number): number {
  let index = at
  while (isBlank(json.charCodeAt(index))) index += 1
  return index
}
