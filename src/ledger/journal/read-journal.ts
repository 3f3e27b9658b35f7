import { open } from 'node:fs/promises'
import { READ_BYTES } from './limits.ts'
import {
  type ChainedRecord,
  isIntact,
  RECORD_HEADER_BYTES,
  RECORD_KIND,
  readRecordHeader,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
} from './record-format.ts'
import { hasRecord, type SegmentFile } from './segments.ts'

/** A record and where it is. */
export interface JournalRecord extends ChainedRecord {
  /** Where it begins in its segment, in bytes. */
  readonly position: number
  readonly payload: Buffer
}

/** A segment that holds records. */
export interface UsedSegment {
  readonly file: Pick<SegmentFile, 'number' | 'path' | 'bytes'>
  readonly header: Pick<SegmentHeader, 'salt' | 'firstSeq' | 'previousCrc'>
}

/** Where a journal ends. */
export interface JournalEnd {
  readonly nextSeq: number
  readonly crc: number
  /** Where the next record of the last segment would begin. */
  readonly position: number
  /** Whether bytes follow there that are no record: a write that a crash cut off. */
  readonly isTorn: boolean
}

/** Whose segments are expected, and what they are needed for. */
export interface ExpectedSegments {
  readonly origin: string
  /** Events in front of this seq are in the store. */
  readonly fromSeq: number
}

/**
 * The segments that hold records, in order. Of those that the store has the events of, some may be
 * removed already, in any order after a power loss.
 *
 * @throws Error for those of another ledger or of a newer format, and for those
 *   that are damaged or lack one of their number.
 */
export function usedSegments(
  files: readonly SegmentFile[],
  { origin, fromSeq }: ExpectedSegments,
): readonly UsedSegment[] {
  const used = files.flatMap((file): readonly UsedSegment[] => {
    const { read, path } = file
    if (read.state === 'unused') return []
    if (read.state === 'damaged') throw damaged(path, 0)
    if (read.state === 'other version') {
      throw new Error(`${path} has format ${read.version}: start the version that wrote it`)
    }
    const { header } = read
    if (header.origin !== origin) {
      const names = `of the ledger ${header.origin}, not of ${origin}`
      throw new Error(`${path} is ${names}: start under that name. ${GIVE_UP}`)
    }
    if (header.number !== file.number) throw new Error(`${path} was renamed. ${GIVE_UP}`)
    return [{ file, header }]
  })
  const needed = segmentsFrom(used, fromSeq).map(({ file }) => file)
  // One is made ahead when the one before it is begun.
  const ahead = files.at(-1)?.read.state === 'unused' ? files.slice(-1) : []
  const first = needed[0]?.number ?? 1
  for (const [index, { number, path }] of [...needed, ...ahead].entries()) {
    if (number === first + index) continue
    throw new Error(`the segment of the journal before ${path} is missing. ${GIVE_UP}`)
  }
  return used
}

/** Those of these segments that hold the events at or after `seq`. */
export function segmentsFrom(
  segments: readonly UsedSegment[],
  seq: number,
): readonly UsedSegment[] {
  const first = segments.findLastIndex(({ header }) => header.firstSeq <= seq)
  return segments.slice(Math.max(0, first))
}

/**
 * Reads the records of segments in order, each once. A segment ends where the next one says that
 * it goes on: what a failed write left behind that point was never acknowledged.
 *
 * @throws Error with file and offset when a record in the middle is damaged.
 */
export async function* readJournal(
  segments: readonly UsedSegment[],
): AsyncGenerator<JournalRecord, JournalEnd> {
  let end: JournalEnd = {
    nextSeq: segments[0]?.header.firstSeq ?? 0,
    crc: segments[0]?.header.previousCrc ?? 0,
    position: SEGMENT_HEADER_BYTES,
    isTorn: false,
  }
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1]?.header
    end = { ...end, position: SEGMENT_HEADER_BYTES }
    for await (const record of recordsOf(segment, end)) {
      if (next?.previousCrc === end.crc && next.firstSeq === end.nextSeq) break
      yield record
      end = endBehind(end, record)
    }
    if (next === undefined) return { ...end, isTorn: await isTornBehind(segment, end.position) }
    if (next.previousCrc !== end.crc) {
      throw damaged(segment.file.path, end.position)
    }
  }
  return end
}

function endBehind({ nextSeq }: JournalEnd, record: JournalRecord): JournalEnd {
  return {
    nextSeq: record.kind === RECORD_KIND.events ? record.firstSeq + record.count : nextSeq,
    crc: record.crc,
    position: record.position + RECORD_HEADER_BYTES + record.payloadBytes,
    isTorn: false,
  }
}

/** The records of a segment up to the first bytes that are none. */
async function* recordsOf(
  { file, header }: UsedSegment,
  begin: JournalEnd,
): AsyncGenerator<JournalRecord, void> {
  const reader = await SegmentReader.open(file)
  try {
    let { crc, position } = begin
    for (;;) {
      const head = await reader.read(position, RECORD_HEADER_BYTES)
      if (head.length < RECORD_HEADER_BYTES) return
      const record = readRecordHeader(head)
      const bytes = RECORD_HEADER_BYTES + record.payloadBytes
      const isOurs = record.salt.equals(header.salt) && record.previousCrc === crc
      if (!isOurs || position + bytes > file.bytes) return
      const whole = await reader.read(position, bytes)
      if (whole.length < bytes || !isIntact(whole)) return
      const payload = Buffer.from(whole.subarray(RECORD_HEADER_BYTES))
      yield { ...record, position, payload }
      crc = record.crc
      position += bytes
    }
  } finally {
    await reader.close()
  }
}

/** @throws Error when a whole record follows later. */
async function isTornBehind({ file, header }: UsedSegment, position: number): Promise<boolean> {
  const reader = await SegmentReader.open(file)
  try {
    const rest = await reader.read(position, file.bytes - position)
    if (rest.equals(Buffer.alloc(rest.length))) return false
    if (hasRecord(rest, header.salt)) throw damaged(file.path, position)
    return true
  } finally {
    await reader.close()
  }
}

/** Reads a file forward, in large pieces. */
class SegmentReader {
  readonly #file: Awaited<ReturnType<typeof open>>
  readonly #bytes: number
  #piece: Buffer = Buffer.alloc(0)
  #start = 0

  private constructor(file: Awaited<ReturnType<typeof open>>, bytes: number) {
    this.#file = file
    this.#bytes = bytes
  }

  static async open({ path, bytes }: UsedSegment['file']): Promise<SegmentReader> {
    return new SegmentReader(await open(path, 'r'), bytes)
  }

  /** Bytes from `position` on, fewer at the end of the file. They are valid until the next call. */
  async read(position: number, bytes: number): Promise<Buffer> {
    const offset = position - this.#start
    if (offset >= 0 && offset + bytes <= this.#piece.length) {
      return this.#piece.subarray(offset, offset + bytes)
    }
    const piece = Buffer.allocUnsafe(Math.max(bytes, Math.min(READ_BYTES, this.#bytes - position)))
    const { bytesRead } = await this.#file.read(piece, 0, piece.length, position)
    this.#piece = piece.subarray(0, bytesRead)
    this.#start = position
    return this.#piece.subarray(0, bytes)
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

function damaged(path: string, offset: number): Error {
  return new Error(
    `${path} is damaged at byte ${offset}, in front of records that were acknowledged. ${GIVE_UP}`,
  )
}

/** How to go on without a journal that cannot be read. */
export const GIVE_UP =
  'Restore the journal, or go on without what only the journal held: `waybill recover --journal`'
