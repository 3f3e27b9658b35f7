import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/**
 * Largest part of a call that is kept, in bytes. Docker passes request bodies of up to 1 MiB in
 * base64; anything larger is an answer, such as a list of many containers.
 */
export const CALL_BYTES_MAX = 2 * 1024 * 1024
/** Most open connections. Docker opens one for each concurrent request. */
const CONNECTIONS_MAX = 1024
/** Largest header of a call, in bytes. */
const HEADER_BYTES_MAX = 16 * 1024
/** Longest time for a call to arrive, in milliseconds. */
const CALL_MS_MAX = 60_000
/**
 * How long an idle connection is kept, in milliseconds: longer than the 30 seconds after which
 * Docker closes it, so that no call arrives on a connection that is closing.
 */
const KEEP_ALIVE_MS = 72_000

const CONTENT_TYPE = 'application/vnd.docker.plugins.v1.1+json'

/** The kinds of call: the handshake, and those before and after a request is carried out. */
export type CallKind = 'activate' | 'request' | 'response'

/** One call of the daemon. */
export interface PluginCall {
  readonly kind: CallKind
  /** At most the first `CALL_BYTES_MAX` bytes. */
  readonly body: Buffer
  /** The size of the whole body. */
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

/** Handles the calls of a daemon. Its functions must not throw. */
export interface CallListener {
  /** Begins to read a call that has been answered, so that it cannot hold the daemon up. */
  hear(call: PluginCall): void
  /**
   * Decides about a request that has not been carried out: resolves with the reason for a denial,
   * worded for the user, or with undefined. When absent, every request is allowed and treated like
   * any other call.
   */
  readonly admit: ((call: PluginCall) => Promise<string | undefined>) | undefined
}

/** The HTTP server of an authorization plugin. */
export function createPluginServer(listener: CallListener): Server {
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      requestTimeout: CALL_MS_MAX,
      headersTimeout: CALL_MS_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (request, response) => {
      const route = request.method === 'POST' ? ROUTES.get(request.url ?? '') : undefined
      // An interrupted call was not answered: Docker repeats it.
      void readCall(request).then(
        (read) => answerCall(response, route, { read, listener }),
        () => response.destroy(),
      )
    },
  )
  server.maxConnections = CONNECTIONS_MAX
  return server
}

type ReadCall = Pick<PluginCall, 'body' | 'bytes'>

async function answerCall(
  response: ServerResponse,
  route: Route | undefined,
  { read, listener }: { readonly read: ReadCall; readonly listener: CallListener },
): Promise<void> {
  if (route === undefined) return answer(response, 404, '{"Err":"there is no such call"}')
  const call = { kind: route.kind, ...read }
  if (route.kind !== 'request' || listener.admit === undefined) {
    answer(response, 200, route.answer)
    listener.hear(call)
    return
  }
  const denial = await listener.admit(call)
  const denied = JSON.stringify({ Allow: false, Msg: denial })
  answer(response, 200, denial === undefined ? route.answer : denied)
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'Content-Type': CONTENT_TYPE,
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}

/** Reads a call to its end, whatever its size, because the connection is reused. */
async function readCall(request: IncomingMessage): Promise<ReadCall> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request) {
    if (bytes < CALL_BYTES_MAX) parts.push(part.subarray(0, CALL_BYTES_MAX - bytes))
    bytes += part.length
  }
  return { body: Buffer.concat(parts), bytes }
}
