import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Answer {
  readonly status: number
  readonly body: Buffer
  /** What a refusal says of when to come again, in seconds; 0 where it does not say. */
  readonly retryAfterSeconds: number
}

const HEAD_END = Buffer.from('\r\n\r\n')
const LINE_END = Buffer.from('\r\n')

/**
 * One keep-alive connection that sends requests made beforehand, one at a time.
 *
 * It does the least that tells one answer from the next: on a machine where client and server share
 * two cores, what a full HTTP client costs would be taken from both sides of a comparison and hide
 * their difference. It reads answers with a `Content-Length` or in chunks, and no others.
 */
export class HttpConnection {
  readonly #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server closed the connection')))
  }

  /** @param url `http://HOST:PORT`. */
  static async open(url: string): Promise<HttpConnection> {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    await once(socket, 'connect')
    return new HttpConnection(socket)
  }

  /** Sends the parts of one request as `requestHead` and the caller made them. */
  send(head: Buffer, body?: Buffer): Promise<Answer> {
    if (this.#waiting !== undefined) throw new Error('the answer before has not come yet')
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.cork()
      this.#socket.write(head)
      if (body !== undefined) this.#socket.write(body)
      this.#socket.uncork()
    })
  }

  close(): void {
    this.#waiting = undefined
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const headEnd = this.#received.indexOf(HEAD_END)
    if (headEnd === -1) return
    const head = this.#received.toString('latin1', 0, headEnd)
    const framing = framingOf(head)
    if (framing === undefined) {
      this.#fail(new Error(`an answer without a length: ${head}`))
      return
    }
    const bodyStart = headEnd + HEAD_END.length
    const read = framing === 'chunks' ? readChunks : readLength(framing)
    const framed = read(this.#received, bodyStart)
    if (framed === undefined) return
    const status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length))
    this.#received = this.#received.subarray(framed.end)
    const { resolve } = this.#waiting ?? {}
    this.#waiting = undefined
    const retryAfterSeconds = Number(/\r\nretry-after: *(\d+)/i.exec(head)?.[1] ?? 0)
    resolve?.({ status, body: framed.body, retryAfterSeconds })
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }
}

/** A body, and where in the received bytes it ends. */
interface Framed {
  readonly body: Buffer
  readonly end: number
}

/** How the end of a body is found: its length, or chunks. */
function framingOf(head: string): number | 'chunks' | undefined {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) return Number(length)
  return /\r\ntransfer-encoding: *chunked/i.test(head) ? 'chunks' : undefined
}

function readLength(length: number) {
  return (received: Buffer, start: number): Framed | undefined => {
    const end = start + length
    return received.length < end ? undefined : { body: received.subarray(start, end), end }
  }
}

/** The body of an answer in chunks (RFC 9112, 7.1), or undefined while its last has not come. */
function readChunks(received: Buffer, start: number): Framed | undefined {
  const chunks: Buffer[] = []
  let position = start
  while (true) {
    const lineEnd = received.indexOf(LINE_END, position)
    if (lineEnd === -1) return undefined
    const length = Number.parseInt(received.toString('latin1', position, lineEnd), 16)
    const chunkStart = lineEnd + LINE_END.length
    const chunkEnd = chunkStart + length
    const next = chunkEnd + LINE_END.length
    if (received.length < next) return undefined
    if (length === 0) return { body: Buffer.concat(chunks), end: next }
    chunks.push(received.subarray(chunkStart, chunkEnd))
    position = next
  }
}

/** Head of a request. */
export interface RequestHead {
  readonly method: 'GET' | 'POST'
  /** Path and query. */
  readonly path: string
  readonly token?: string
  readonly contentType?: string
  readonly contentLength?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** The bytes before the body of a request. */
export function requestHead(request: RequestHead): Buffer {
  const { method, path, token, contentType, contentLength, headers = {} } = request
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...(contentType === undefined ? [] : [`Content-Type: ${contentType}`]),
    ...(contentLength === undefined ? [] : [`Content-Length: ${contentLength}`]),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}

/** An answer with another status than the one expected is an error that says what came. */
export function expectStatus(answer: Pick<Answer, 'status' | 'body'>, expected: number): void {
  if (answer.status === expected) return
  throw new Error(`answered ${answer.status}, not ${expected}: ${answer.body.toString()}`)
}
