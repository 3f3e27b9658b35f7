import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises'

/** A file of batches of bytes, made before the clock starts so that it times no making. */
export interface BatchFile {
  readonly path: string
  /** Bytes of each batch, in order. */
  readonly lengths: readonly number[]
}

/** Writes batches one after another, and where they end beside them. */
export async function writeBatches(path: string, batches: AsyncBatches): Promise<BatchFile> {
  const lengths: number[] = []
  const file = createWriteStream(path, { highWaterMark: 16 * 1024 * 1024 })
  for await (const batch of batches) {
    lengths.push(batch.length)
    if (!file.write(batch)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'finish')
  await writeFile(`${path}.lengths.json`, JSON.stringify(lengths))
  return { path, lengths }
}

type AsyncBatches = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** A file that `writeBatches` wrote in full. */
export async function findBatches(path: string): Promise<BatchFile | undefined> {
  try {
    const lengths: unknown = JSON.parse(await readFile(`${path}.lengths.json`, 'utf8'))
    return Array.isArray(lengths) ? { path, lengths: lengths.map(Number) } : undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Batches, each taken once, by any number of takers at the same time. */
export interface BatchSource {
  /** The next batch, or undefined after the last. */
  take(): Promise<Buffer | undefined>
  close(): Promise<void>
}

/** Batches that are made when they are taken. */
export function sourceOf(batches: Iterator<Buffer>): BatchSource {
  return {
    async take() {
      const next = batches.next()
      return next.done ? undefined : next.value
    },
    async close() {},
  }
}

/** The batches of a file. */
export class BatchReader implements BatchSource {
  readonly #file: FileHandle
  readonly #lengths: readonly number[]
  #next = 0
  #offset = 0

  private constructor(file: FileHandle, lengths: readonly number[]) {
    this.#file = file
    this.#lengths = lengths
  }

  static async open({ path, lengths }: BatchFile): Promise<BatchReader> {
    return new BatchReader(await open(path), lengths)
  }

  async take(): Promise<Buffer | undefined> {
    const length = this.#lengths[this.#next]
    if (length === undefined) return undefined
    const position = this.#offset
    this.#next += 1
    this.#offset += length
    const batch = Buffer.allocUnsafe(length)
    const { bytesRead } = await this.#file.read(batch, 0, length, position)
    if (bytesRead !== length) throw new Error(`a batch at ${position} is cut short`)
    return batch
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
