import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** A request that a callback server got. */
interface ReceivedCallback {
  readonly method: string
  readonly path: string
  readonly host: string
  readonly contentType: string
  readonly body: string
}

/** A web server on 127.0.0.1 that takes callbacks. */
export interface CallbackServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  readonly received: readonly ReceivedCallback[]
  close(): Promise<void>
}

/** @param answer answers the nth request (from 0), or does not; default: 200 without a body. */
export async function startCallbackServer(
  answer: (response: ServerResponse, nth: number) => void = (response) => void response.end(),
): Promise<CallbackServer> {
  const received: ReceivedCallback[] = []
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      received.push({
        method: request.method ?? '',
        path: request.url ?? '',
        host: request.headers.host ?? '',
        contentType: request.headers['content-type'] ?? '',
        body,
      })
      answer(response, received.length - 1)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}
