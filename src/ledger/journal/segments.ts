import { open, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ifThere } from '../../core/files.ts'
import {
  isIntact,
  RECORD_HEADER_BYTES,
  type ReadSegmentHeader,
  readRecordHeader,
  readSegmentHeader,
  SEGMENT_HEADER_BYTES,
} from './record-format.ts'

const SUFFIX = '.journal'
const NAME_DIGITS = 10

/** A file of a journal, as it was found. */
export interface SegmentFile {
  readonly number: number
  readonly path: string
  readonly bytes: number
  readonly read: ReadSegmentHeader
}

/** Where the segment of a number is. */
export function segmentPath(directory: string, number: number): string {
  return join(directory, `${String(number).padStart(NAME_DIGITS, '0')}${SUFFIX}`)
}

/** The segments of a journal in order of their numbers; none when there is no such directory. */
export async function findSegments(directory: string): Promise<readonly SegmentFile[]> {
  const names = (await ifThere(readdir(directory))) ?? []
  const ours = names.filter((name) => /^\d{10}\.journal$/.test(name)).sort()
  const found = await Promise.all(ours.map((name) => readSegment(join(directory, name))))
  const files = found.filter((file) => file !== undefined)
  return Promise.all(files.map((file) => (file === files.at(-1) ? lastSegment(file) : file)))
}

/**
 * The first record is written when the header is on disk. So a header that a crash cut off has
 * nothing behind it, and what has no header but records is damaged.
 */
async function lastSegment(file: SegmentFile): Promise<SegmentFile> {
  const { path, bytes, read } = file
  if (read.state !== 'damaged' && read.state !== 'unused') return file
  const rest = await readAt(path, { start: SEGMENT_HEADER_BYTES, end: bytes })
  // One that is shorter than its header was never made to the end, or was cut off.
  const wasMade = read.state === 'unused' || bytes >= SEGMENT_HEADER_BYTES
  const isUnused = wasMade && rest.every((byte) => byte === 0)
  return { ...file, read: { state: isUnused ? 'unused' : 'damaged' } }
}

/** Undefined for one that was removed meanwhile, since the store has its events. */
async function readSegment(path: string): Promise<SegmentFile | undefined> {
  const found = await ifThere(
    Promise.all([stat(path), readAt(path, { start: 0, end: SEGMENT_HEADER_BYTES })]),
  )
  if (found === undefined) return undefined
  const [{ size: bytes }, header] = found
  const read = readSegmentHeader(header)
  return { number: Number.parseInt(basename(path), 10), path, bytes, read }
}

/** A stretch of a file, in bytes. */
interface Stretch {
  readonly start: number
  readonly end: number
}

/** The bytes of a stretch, fewer where the file ends before. */
async function readAt(path: string, { start, end }: Stretch): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const bytes = Buffer.alloc(Math.max(0, end - start))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start)
    return bytes.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/**
 * Whether `bytes` hold a whole record of this segment. A record is written when the one before is
 * on disk, so one behind bytes that are no record says that those were damaged.
 */
export function hasRecord(bytes: Buffer, salt: Buffer): boolean {
  for (let at = bytes.indexOf(salt); at >= 0; at = bytes.indexOf(salt, at + 1)) {
    if (at >= SALT_AT && isRecordAt(bytes, at - SALT_AT)) return true
  }
  return false
}

const SALT_AT = 8

function isRecordAt(bytes: Buffer, start: number): boolean {
  if (start + RECORD_HEADER_BYTES > bytes.length) return false
  const { payloadBytes } = readRecordHeader(bytes.subarray(start, start + RECORD_HEADER_BYTES))
  const end = start + RECORD_HEADER_BYTES + payloadBytes
  return end <= bytes.length && isIntact(bytes.subarray(start, end))
}
