import { textLines } from './text-lines.ts'

/** One message of an event stream. */
export interface ServerSentEvent {
  /** The id of this message, or of the last one that had an id. */
  readonly id: string
  /** Undefined when the message only updates the id. */
  readonly data: string | undefined
}

/**
 * Reads a `text/event-stream` (WHATWG HTML, section 9.2.6). Comments only keep the connection alive
 * and are skipped. An incomplete message is dropped; it comes again after `Last-Event-ID`.
 */
export async function* readServerSentEvents(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  let id = ''
  let data: string[] = []
  let isMoved = false
  for await (const line of textLines(body)) {
    if (line === '') {
      if (data.length > 0) yield { id, data: data.join('\n') }
      else if (isMoved) yield { id, data: undefined }
      data = []
      isMoved = false
      continue
    }
    const { field, value } = /^(?<field>[^:]*):? ?(?<value>.*)$/s.exec(line)?.groups ?? {}
    if (field === 'id') {
      id = value ?? ''
      isMoved = true
    } else if (field === 'data') data.push(value ?? '')
  }
}
