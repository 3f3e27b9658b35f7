import { Readable } from 'node:stream'

/** Bytes of a document that are given to its reader at once. */
const PIECE_BYTES = 64 * 1024
/**
 * Slowest that the reader of a download may be on average, in bytes a second. Only the time is
 * counted in which the server waits for the reader: a byte now and then keeps no place open.
 */
export const DOWNLOAD_BYTES_PER_SECOND_MIN = 16 * 1024
/** How long a reader may fall behind that before its download is cut off, ms. */
export const DOWNLOAD_DELAY_MS_MAX = 60_000

/**
 * Begins a download of a document that is read from the store on the way. It resolves with the
 * first bytes, so that a store that cannot answer is an error and not a cut-off 200; what goes
 * wrong later destroys the stream, and with it the connection: a document that ends early never
 * looks like a whole one. Destroying the stream ends the reading.
 */
export async function beginDownload(
  document: AsyncIterable<Uint8Array | string>,
): Promise<Readable> {
  const chunks = document[Symbol.asyncIterator]()
  const first = await chunks.next()
  const patience = new Patience(() => stream.destroy(new SlowReaderError()))
  const stream = Readable.from(pieces(first, chunks, patience), { objectMode: false })
  // Not a `finally` of the generator: one that was never asked for anything never runs.
  stream.once('close', () => {
    patience.end()
    chunks.return?.().catch(() => undefined)
  })
  return stream
}

async function* pieces(
  first: IteratorResult<Uint8Array | string>,
  chunks: AsyncIterator<Uint8Array | string>,
  patience: Patience,
): AsyncGenerator<Uint8Array> {
  for (let next = first; next.done !== true; next = await chunks.next()) {
    const bytes = typeof next.value === 'string' ? Buffer.from(next.value) : next.value
    for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
      const piece = bytes.subarray(start, start + PIECE_BYTES)
      patience.waitForReader()
      yield piece
      patience.readerTook(piece.length)
    }
  }
}

/** The reader of a download falls too far behind. */
class SlowReaderError extends Error {
  constructor() {
    super(`the client reads less than ${DOWNLOAD_BYTES_PER_SECOND_MIN} bytes a second`)
    this.name = 'SlowReaderError'
  }
}

/** Measures how far a reader is behind the slowest rate, while the server waits for it. */
class Patience {
  readonly #giveUp: () => void
  #leftMs = DOWNLOAD_DELAY_MS_MAX
  #sinceMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor(giveUp: () => void) {
    this.#giveUp = giveUp
  }

  waitForReader(): void {
    this.#sinceMs = performance.now()
    this.#timer = setTimeout(this.#giveUp, Math.max(this.#leftMs, 1))
  }

  readerTook(bytes: number): void {
    this.end()
    const earnedMs = (bytes * 1000) / DOWNLOAD_BYTES_PER_SECOND_MIN
    const leftMs = this.#leftMs - (performance.now() - this.#sinceMs) + earnedMs
    // What a fast beginning fills, the buffers between, is no credit for a slow rest.
    this.#leftMs = Math.min(leftMs, DOWNLOAD_DELAY_MS_MAX)
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}
