import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { constants, createGunzip, createInflateRaw, type Gunzip, type InflateRaw } from 'node:zlib'

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])
/** Bytes that are unpacked at once; they may expand a thousandfold. */
const INPUT_BYTES = 16 * 1024
/** Bytes of a file in which its gzip header is searched. */
const HEADER_BYTES_MAX = 64 * 1024
/** Smallest output chunk of zlib, which bounds what is lost before damaged data. */
const OUTPUT_BYTES_MIN = 64

/** A piece of text, and how much of the file was read for it, in bytes on disk. */
export interface TextPiece {
  readonly text: string
  readonly bytesRead: number
}

/**
 * The text of a file, compressed with gzip or not. A truncated compressed file ends without an
 * error; for a damaged one, everything before the damage is yielded before the error is thrown.
 *
 * @throws the error of zlib or of the file system.
 */
export async function* textOf(path: string): AsyncGenerator<TextPiece> {
  const decoder = new StringDecoder('utf8')
  let bytesRead = 0
  for await (const piece of bytesOf(path)) {
    bytesRead = piece.bytesRead
    const text = decoder.write(piece.bytes)
    if (text !== '') yield { text, bytesRead }
  }
  const text = decoder.end()
  if (text !== '') yield { text, bytesRead }
}

interface BytePiece {
  readonly bytes: Buffer
  readonly bytesRead: number
}

async function* bytesOf(path: string): AsyncGenerator<BytePiece> {
  const header = await beginningOf(path)
  if (!header.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) {
    yield* unpacked(path, 0, undefined)
    return
  }
  let given = 0
  try {
    const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })
    for await (const piece of unpacked(path, 0, gunzip)) {
      given += piece.bytes.length
      yield piece
    }
  } catch (error) {
    // zlib withholds the output of the damaged piece, so read it again in the smallest pieces.
    yield* unpackedAfter(path, { start: headerBytes(header), given })
    throw error
  }
}

async function* unpackedAfter(
  path: string,
  { start, given }: { readonly start: number; readonly given: number },
): AsyncGenerator<BytePiece> {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: OUTPUT_BYTES_MIN }
  let position = 0
  try {
    for await (const { bytes, bytesRead } of unpacked(path, start, createInflateRaw(options))) {
      const fresh = bytes.subarray(Math.max(given - position, 0))
      position += bytes.length
      if (fresh.length > 0) yield { bytes: fresh, bytesRead }
    }
  } catch {
    // The error is already known.
  }
}

async function* unpacked(
  path: string,
  start: number,
  unpacker: Gunzip | InflateRaw | undefined,
): AsyncGenerator<BytePiece> {
  const source = createReadStream(path, { start, highWaterMark: INPUT_BYTES })
  const held: Buffer[] = []
  let failure: Error | undefined
  unpacker?.on('data', (bytes: Buffer) => held.push(bytes))
  unpacker?.on('error', (error) => {
    failure = error
  })
  const closed = new Promise((resolve) => unpacker?.once('close', resolve))
  const taken = (): Buffer => {
    // After an error, remaining output is no longer emitted as data.
    for (let rest = failure && unpacker?.read(); Buffer.isBuffer(rest); rest = unpacker?.read()) {
      held.push(rest)
    }
    return Buffer.concat(held.splice(0))
  }
  try {
    for await (const bytes of source) {
      const { bytesRead } = source
      if (unpacker === undefined) {
        yield { bytes, bytesRead }
        continue
      }
      // After an error, a write is never acknowledged.
      await Promise.race([closed, new Promise((resolve) => unpacker.write(bytes, resolve))])
      yield { bytes: taken(), bytesRead }
      if (failure !== undefined) throw failure
      // Bytes after the compressed data are not part of it.
      if (unpacker.readableEnded) return
    }
    if (unpacker === undefined) return
    unpacker.end()
    await closed
    yield { bytes: taken(), bytesRead: source.bytesRead }
    if (failure !== undefined) throw failure
  } finally {
    source.destroy()
    unpacker?.destroy()
  }
}

async function beginningOf(path: string): Promise<Buffer> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES_MAX))
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Size of a gzip header (RFC 1952 section 2.3). */
function headerBytes(header: Buffer): number {
  const flags = header[3] ?? 0
  let at = 10
  if (flags & 4) at += 2 + (header[at] ?? 0) + 256 * (header[at + 1] ?? 0)
  for (const flag of [8, 16]) {
    if (flags & flag) at = header.indexOf(0, at) + 1
  }
  return flags & 2 ? at + 2 : at
}
