import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** Only the user that Waybill runs as may read what is exported. */
const FILE_MODE = 0o600
const DIRECTORY_MODE = 0o700
const UNFINISHED = '.part'

/**
 * The files of finished exports, in one directory. A file appears whole and durable or not at all.
 * Names come from Waybill itself, never from a request.
 */
export class ExportFiles {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Makes the directory, and removes what belongs to no export or was left half written. */
  async prepare(known: ReadonlySet<string>): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: DIRECTORY_MODE })
    for (const name of await readdir(this.#directory)) {
      if (!known.has(name)) await this.remove(name)
    }
  }

  /**
   * Writes a file from its pieces, each of which is asked for when the one before is written, so
   * that memory does not grow with the file. Resolves with its bytes once it is durable; when that
   * fails nothing of it is left.
   */
  async write(name: string, pieces: AsyncIterable<string>): Promise<number> {
    const unfinished = this.#path(`${name}${UNFINISHED}`)
    let bytes = 0
    try {
      const file = await open(unfinished, 'w', FILE_MODE)
      try {
        for await (const piece of pieces) {
          const data = Buffer.from(piece)
          await file.writeFile(data)
          bytes += data.length
        }
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(unfinished, this.#path(name))
      await this.#syncDirectory()
      return bytes
    } catch (error) {
      await rm(unfinished, { force: true })
      throw error
    }
  }

  /** A file with its size; undefined when it is gone. */
  async read(
    name: string,
  ): Promise<{ readonly bytes: number; readonly content: Readable } | undefined> {
    // Opened before it is answered: what is removed from then on can still be read to its end.
    const file = await open(this.#path(name), 'r').catch(() => undefined)
    if (file === undefined) return undefined
    const { size } = await file.stat()
    return { bytes: size, content: file.createReadStream() }
  }

  async remove(name: string): Promise<void> {
    await rm(this.#path(name), { force: true })
  }

  #path(name: string): string {
    return join(this.#directory, name)
  }

  async #syncDirectory(): Promise<void> {
    const directory = await open(this.#directory, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  }
}
