/**
 * The beginning of a text, at most `lengthMax` UTF-16 units. It ends between characters, because
 * events cannot hold half of a surrogate pair.
 */
export function cutText(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text
  const end = Math.max(0, lengthMax)
  const splitsPair = isHighSurrogate(text, end - 1) && isLowSurrogate(text, end)
  return text.slice(0, splitsPair ? end - 1 : end)
}

/** The beginning of a text, at most `bytesMax` bytes as JSON, including its two quotes. */
export function cutJsonText(text: string, bytesMax: number): string {
  let kept = cutText(text, bytesMax)
  for (;;) {
    const bytes = Buffer.byteLength(JSON.stringify(kept))
    if (bytes <= bytesMax || kept === '') return kept
    kept = cutText(kept, Math.floor((kept.length * bytesMax) / bytes))
  }
}

function isHighSurrogate(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800
}

function isLowSurrogate(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xdc00
}
