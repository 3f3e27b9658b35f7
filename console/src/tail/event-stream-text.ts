/** A message of server-sent events. */
export interface StreamMessage {
  readonly id?: string
  /** Empty for a message that only moves the position. */
  readonly data: string
}

/**
 * Splits the text of a stream of server-sent events (WHATWG HTML section 9.2) into messages.
 * Returns the messages that are whole, and the rest, which the next text continues.
 */
export function splitMessages(text: string): {
  readonly messages: readonly StreamMessage[]
  readonly rest: string
} {
  const blocks = text.split(/\r?\n\r?\n/)
  const rest = blocks.pop() ?? ''
  return { messages: blocks.flatMap(messageOf), rest }
}

function messageOf(block: string): readonly StreamMessage[] {
  let id: string | undefined
  const data: string[] = []
  for (const line of block.split(/\r?\n/)) {
    if (line.startsWith(':')) continue
    const { name, value = '' } =
      /^(?<name>[^:]*)(?:: ?(?<value>[\s\S]*))?$/.exec(line)?.groups ?? {}
    if (name === 'id') id = value
    if (name === 'data') data.push(value)
  }
  if (id === undefined && data.length === 0) return []
  return [{ ...(id !== undefined && { id }), data: data.join('\n') }]
}
