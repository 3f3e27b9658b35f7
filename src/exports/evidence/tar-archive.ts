import { createTarPacker, type TarPackController } from 'modern-tar'

/** A file of an archive. */
export interface ArchivedFile {
  readonly name: string
  /** Exactly as many as the content has. */
  readonly bytes: number
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** A file with its content in memory. */
export function smallFile(name: string, content: Uint8Array | string): ArchivedFile {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return { name, bytes: bytes.length, content: [bytes] }
}

/**
 * The bytes of a tar archive. Files are read a few megabytes ahead of the reader, one after the
 * other. A file that fails ends the archive with its error, without the mark at its end.
 */
export async function* tarArchive(files: AsyncIterable<ArchivedFile>): AsyncGenerator<Uint8Array> {
  const { readable, controller } = createTarPacker()
  const packing = pack(files, controller)
  try {
    yield* readable
  } finally {
    // A reader that is gone has stopped the packing, which then closes its files.
    await packing
  }
}

/** Never rejects: what fails is the error of the archive. */
async function pack(
  files: AsyncIterable<ArchivedFile>,
  controller: TarPackController,
): Promise<void> {
  try {
    for await (const { name, bytes, content } of files) {
      const writer = controller.add({ name, size: bytes }).getWriter()
      writer.closed.catch(() => undefined)
      for await (const piece of content) await writer.write(piece)
      await writer.close()
    }
    controller.finalize()
  } catch (error) {
    controller.error(error)
  }
}
