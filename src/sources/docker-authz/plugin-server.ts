import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/**
 * Largest part of a call that is kept, in bytes. Docker hands on request bodies of up to 1 MiB, in
 * base64; what is larger is an answer, such as a list of many containers.
 */
export const CALL_BYTES_MAX = 2 * 1024 * 1024
/** Connections open at once. Docker opens one for each request that it is asked at a time. */
const CONNECTIONS_MAX = 1024
/** Largest head of a call, in bytes. */
const HEADER_BYTES_MAX = 16 * 1024
/** Longest time for a call to arrive whole, in milliseconds. */
const CALL_MS_MAX = 60_000
/**
 * How long a connection without a call is kept, in milliseconds: longer than the 30 seconds after
 * which Docker closes it, so that no call meets a connection that is just being closed.
 */
const KEEP_ALIVE_MS = 72_000

const CONTENT_TYPE = 'application/vnd.docker.plugins.v1.1+json'

/** What Docker says before it carries a request out, and after. */
export type CallKind = 'activate' | 'request' | 'response'

/** One call of the daemon. */
export interface PluginCall {
  readonly kind: CallKind
  /** At most the first `CALL_BYTES_MAX` bytes. */
  readonly body: Buffer
  /** How many bytes there were. */
  readonly bytes: number
}

interface Route {
  readonly kind: CallKind
  readonly answer: string
}

const ALLOWED = '{"Allow":true}'

const ROUTES: ReadonlyMap<string, Route> = new Map([
  ['/Plugin.Activate', { kind: 'activate', answer: '{"Implements":["authz"]}' }],
  ['/AuthZPlugin.AuthZReq', { kind: 'request', answer: ALLOWED }],
  ['/AuthZPlugin.AuthZRes', { kind: 'response', answer: ALLOWED }],
])

/**
 * The HTTP server of an authorization plugin that allows everything. A call is answered when it was
 * read and handed over after that, so that nothing done with it can hold the daemon up.
 *
 * @param hear must not throw.
 */
export function createPluginServer(hear: (call: PluginCall) => void): Server {
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      requestTimeout: CALL_MS_MAX,
      headersTimeout: CALL_MS_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (request, response) => {
      const route = request.method === 'POST' ? ROUTES.get(request.url ?? '') : undefined
      // A call that broke off was not answered: Docker makes it again.
      void readCall(request).then(
        ({ body, bytes }) => {
          answer(response, route)
          if (route !== undefined) hear({ kind: route.kind, body, bytes })
        },
        () => response.destroy(),
      )
    },
  )
  server.maxConnections = CONNECTIONS_MAX
  return server
}

function answer(response: ServerResponse, route: Route | undefined): void {
  const text = route?.answer ?? '{"Err":"there is no such call"}'
  response.writeHead(route === undefined ? 404 : 200, {
    'Content-Type': CONTENT_TYPE,
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}

/** Reads a call to its end, whatever its size: the connection is used again. */
async function readCall(request: IncomingMessage): Promise<Pick<PluginCall, 'body' | 'bytes'>> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request) {
    if (bytes < CALL_BYTES_MAX) parts.push(part.subarray(0, CALL_BYTES_MAX - bytes))
    bytes += part.length
  }
  return { body: Buffer.concat(parts), bytes }
}
