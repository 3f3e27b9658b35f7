import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, expectStatus, HttpConnection } from './http-connection.ts'

/** The status of a refusal for overload. */
export const REFUSED = 429

/** A request, made before the clock starts. */
export interface PreparedRequest {
  readonly head: Buffer
  readonly body?: Buffer
}

export interface LoadOptions {
  /** `http://HOST:PORT`. */
  readonly url: string
  readonly connections: number
  /** The next request, or undefined when there are no more. */
  readonly next: () => PreparedRequest | undefined | Promise<PreparedRequest | undefined>
  /** The status that every answer must have. */
  readonly expected: number
  /** Whether a request that is refused for overload (429) is sent again when the answer says. */
  readonly repeatsRefused?: boolean
  readonly onAnswer?: (answer: Answer) => void
}

export interface LoadResult {
  readonly seconds: number
  /** Answers that refused a request for overload. */
  readonly refused: number
  readonly latenciesMs: readonly number[]
}

/** Sends requests over keep-alive connections, each sending its next one when it is answered. */
export async function sendAll(options: LoadOptions): Promise<LoadResult> {
  const { url, next, expected, onAnswer, repeatsRefused = false } = options
  const connections = await Promise.all(
    Array.from({ length: options.connections }, () => HttpConnection.open(url)),
  )
  const latenciesMs: number[] = []
  let refused = 0
  const startedMs = performance.now()
  try {
    await Promise.all(
      connections.map(async (connection) => {
        for (let request = await next(); request !== undefined; request = await next()) {
          const sentMs = performance.now()
          let answer = await connection.send(request.head, request.body)
          while (repeatsRefused && answer.status === REFUSED) {
            refused += 1
            await sleep(answer.retryAfterSeconds * 1000)
            answer = await connection.send(request.head, request.body)
          }
          latenciesMs.push(performance.now() - sentMs)
          expectStatus(answer, expected)
          onAnswer?.(answer)
        }
      }),
    )
  } finally {
    for (const connection of connections) connection.close()
  }
  return { seconds: (performance.now() - startedMs) / 1000, refused, latenciesMs }
}
