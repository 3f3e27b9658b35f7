/** Longest line, in UTF-16 units; longer than any escaped event. */
const LINE_LENGTH_MAX = 1024 * 1024

/**
 * The lines of a streamed text, without their ends. What follows the last line end is dropped.
 * @throws Error for a line over the limit.
 */
export async function* textLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    if (rest.length > LINE_LENGTH_MAX)
      throw new Error(`a line exceeds ${LINE_LENGTH_MAX} characters`)
    for (const part of parts) yield part.endsWith('\r') ? part.slice(0, -1) : part
  }
}
