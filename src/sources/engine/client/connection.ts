import { readFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { cutText } from '../../../core/cut-text.ts'
import { Fault } from '../../../core/errors.ts'
import type { EngineSettings } from '../settings.ts'

/** Longest wait for a whole answer, streams excepted, in milliseconds. */
const ANSWER_MS_MAX = 10_000
/** Largest answer that is not a stream, in bytes: a list of about ten thousand containers. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024
/** Characters of an engine's error message that are kept for the log. */
const MESSAGE_LENGTH_MAX = 500
/** How long a connection is silent before the system probes the peer, in milliseconds. */
const KEEP_ALIVE_MS = 30_000
/** Retry delay for callers when an engine does not answer. */
const RETRY_AFTER_SECONDS = 5

/** A proxy's status for an engine that sent nothing for too long. */
const IDLE_TOO_LONG_STATUS = 504

/** An answer that was read whole. */
interface Answer {
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/**
 * Sends GET requests to one engine. Each uses a new connection, so an engine's restart leaves no
 * dead one. Rejects with `engine.unavailable`, whose cause says what happened.
 */
export class EngineConnection {
  readonly #settings: EngineSettings

  constructor(settings: EngineSettings) {
    this.#settings = settings
  }

  /** Reads a whole answer; undefined when the engine answers that there is no such thing (404). */
  async read(path: string, signal: AbortSignal): Promise<Answer | undefined> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS_MAX)])
    return await this.#faulty(async () => {
      const response = await this.#send(path, limited)
      const body = await readWhole(response)
      if (response.statusCode === 404) return undefined
      refuseFailure(response.statusCode, body)
      return { headers: response.headers, body }
    })
  }

  /**
   * Reads an endless answer. Its headers and the first bytes may take long to come. A proxy may cut
   * an idle stream, before or after its headers; that counts as a normal end.
   */
  async *stream(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
    try {
      const started = await this.#send(path, signal)
      if (started.statusCode === IDLE_TOO_LONG_STATUS) return
      if (started.statusCode !== 200) {
        refuseFailure(started.statusCode, await readWhole(started))
      }
      yield* started
    } catch (error) {
      if (isCut(error) && !signal.aborted) return
      throw this.#fault(error)
    }
  }

  async #faulty<Result>(act: () => Promise<Result>): Promise<Result> {
    try {
      return await act()
    } catch (error) {
      throw this.#fault(error)
    }
  }

  #fault(cause: unknown): Fault {
    return new Fault('engine.unavailable', {
      detail: this.#settings.name,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause,
    })
  }

  async #send(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const { url, socket } = this.#settings
    const options: RequestOptions = {
      path,
      agent: false,
      signal,
      headers: { Accept: 'application/json', 'User-Agent': 'waybill' },
    }
    if (url === undefined) return await send(httpRequest, { ...options, socketPath: socket })
    const { protocol, hostname, port, pathname } = new URL(url)
    const address = {
      ...options,
      path: pathname.replace(/\/$/, '') + path,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
    }
    if (protocol === 'http:') return await send(httpRequest, address)
    return await send(httpsRequest, { ...address, ...(await this.#readCertificates()) })
  }

  async #readCertificates() {
    const { certificateAuthorityFile, certificateFile, keyFile } = this.#settings
    const [ca, cert, key] = await Promise.all(
      [certificateAuthorityFile, certificateFile, keyFile].map((file) =>
        file === undefined ? undefined : readFile(file),
      ),
    )
    return {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    }
  }
}

function send<Options extends RequestOptions>(
  request: (
    options: Options,
    answer: (response: IncomingMessage) => void,
  ) => ReturnType<typeof httpRequest>,
  options: Options,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(options, resolve)
    sent.on('error', reject)
    sent.on('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS))
    sent.end()
  })
}

/** Whether a connection ended before the end of its answer. */
function isCut(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ECONNRESET' || code === 'EPIPE'
}

async function readWhole(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of response) {
    parts.push(part)
    bytes += part.length
    if (bytes > ANSWER_BYTES_MAX) {
      throw new Error(`the engine's answer exceeds ${ANSWER_BYTES_MAX} bytes`)
    }
  }
  return Buffer.concat(parts)
}

function refuseFailure(status: number | undefined, body: Buffer): void {
  if (status === 200) return
  const said = cutText(body.toString(), MESSAGE_LENGTH_MAX)
  throw new Error(`the engine answered with status ${status}: ${said}`)
}
