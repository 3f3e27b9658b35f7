import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Answer {
  readonly status: number
  readonly body: Buffer
}

const HEAD_END = Buffer.from('\r\n\r\n')

/**
 * One keep-alive connection that sends requests made beforehand, one at a time.
 *
 * It does the least that tells one answer from the next: on a machine where client and server share
 * two cores, what a full HTTP client costs would be taken from both sides of a comparison and hide
 * their difference. It reads answers with a `Content-Length` only.
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
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    if (length === undefined) {
      this.#fail(new Error(`an answer without a length: ${head}`))
      return
    }
    const bodyStart = headEnd + HEAD_END.length
    const bodyEnd = bodyStart + Number(length)
    if (this.#received.length < bodyEnd) return
    const body = this.#received.subarray(bodyStart, bodyEnd)
    const status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length))
    this.#received = this.#received.subarray(bodyEnd)
    const { resolve } = this.#waiting ?? {}
    this.#waiting = undefined
    resolve?.({ status, body })
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error)
    this.#waiting = undefined
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
export function expectStatus(answer: Answer, expected: number): void {
  if (answer.status === expected) return
  throw new Error(`answered ${answer.status}, not ${expected}: ${answer.body.toString()}`)
}
