import { crc32c } from '@node-rs/crc32'

/**
 * A journal is a chain of records in numbered files, its segments. All numbers are little-endian.
 *
 *     segment header, at 0                     record
 *      0  16  "waybill journal\n"               0   4  CRC32C of what follows
 *     16   4  format version                    4   4  bytes of the payload
 *     20   4  number of the segment             8   8  salt of the segment
 *     24   8  salt: random                     16   8  seq of its first event
 *     32   8  seq of its first event           24   4  number of its events
 *     40   4  CRC32C of the record before      28   4  CRC32C of the record before
 *     44   2  bytes of the origin's name       32   1  kind
 *     46   …  origin's name                    33   3  zero
 *   4092   4  CRC32C of all that               36   …  payload
 *
 * The CRC of the record before ties each record to the whole journal in front of it; the salt tells
 * records of a segment from bytes that a file system left there.
 */
export const FORMAT_VERSION = 1
/** Bytes of a segment's header: a page, which no record shares. */
export const SEGMENT_HEADER_BYTES = 4096
/** Bytes of a record in front of its payload. */
export const RECORD_HEADER_BYTES = 36

const MAGIC = Buffer.from('waybill journal\n')
const HEADER_CRC_AT = SEGMENT_HEADER_BYTES - 4
const ORIGIN_AT = 46

/** What a record says. */
export const RECORD_KIND = {
  /** Events were accepted. Its payload is what `writeRequests` makes. */
  events: 1,
  /** An insert of its events into the store begins: a retry inserts exactly these. No payload. */
  insert: 2,
  /** The instance was stopped in order. No payload. */
  end: 3,
} as const

type RecordKind = (typeof RECORD_KIND)[keyof typeof RECORD_KIND]

/** The header of a segment. */
export interface SegmentHeader {
  readonly number: number
  /** 8 bytes. */
  readonly salt: Buffer
  /** Seq of the first event that follows. */
  readonly firstSeq: number
  /** CRC of the last record in front of this segment; 0 in front of the first record. */
  readonly previousCrc: number
  readonly origin: string
}

/** The header of a record. */
export interface RecordHeader {
  readonly kind: RecordKind
  readonly firstSeq: number
  readonly count: number
  readonly payloadBytes: number
}

/** A record that was read, or is about to be written. */
export interface ChainedRecord extends RecordHeader {
  readonly crc: number
  readonly previousCrc: number
}

/** The page that begins a segment. */
export function segmentHeader(header: SegmentHeader): Buffer {
  const page = Buffer.alloc(SEGMENT_HEADER_BYTES)
  const origin = Buffer.from(header.origin)
  MAGIC.copy(page)
  page.writeUInt32LE(FORMAT_VERSION, 16)
  page.writeUInt32LE(header.number, 20)
  header.salt.copy(page, 24)
  page.writeBigUInt64LE(BigInt(header.firstSeq), 32)
  page.writeUInt32LE(header.previousCrc, 40)
  page.writeUInt16LE(origin.length, 44)
  origin.copy(page, ORIGIN_AT)
  page.writeUInt32LE(crc32c(page.subarray(0, HEADER_CRC_AT)), HEADER_CRC_AT)
  return page
}

/** Format of a segment's first page, or what it is instead of a header. */
export type ReadSegmentHeader =
  | { readonly state: 'valid'; readonly header: SegmentHeader }
  | { readonly state: 'other version'; readonly version: number }
  | { readonly state: 'unused' }
  | { readonly state: 'damaged' }

/** What the first page of a segment says. */
export function readSegmentHeader(page: Buffer): ReadSegmentHeader {
  if (page.every((byte) => byte === 0)) return { state: 'unused' }
  const isPage = page.length === SEGMENT_HEADER_BYTES
  if (!isPage || !page.subarray(0, MAGIC.length).equals(MAGIC)) return { state: 'damaged' }
  const isIntact = page.readUInt32LE(HEADER_CRC_AT) === crc32c(page.subarray(0, HEADER_CRC_AT))
  if (!isIntact) return { state: 'damaged' }
  const version = page.readUInt32LE(16)
  if (version !== FORMAT_VERSION) return { state: 'other version', version }
  const originBytes = page.readUInt16LE(44)
  return {
    state: 'valid',
    header: {
      number: page.readUInt32LE(20),
      salt: Buffer.from(page.subarray(24, 32)),
      firstSeq: Number(page.readBigUInt64LE(32)),
      previousCrc: page.readUInt32LE(40),
      origin: page.toString('utf8', ORIGIN_AT, ORIGIN_AT + originBytes),
    },
  }
}

/** Where a record goes: the segment's salt, and the CRC of the record before. */
export interface RecordPlace {
  readonly salt: Buffer
  readonly previousCrc: number
}

/**
 * Writes the header of a record into the first bytes of `record`, whose payload is there already.
 *
 * @returns the record's CRC.
 */
export function sealRecord(
  record: Buffer,
  header: Omit<RecordHeader, 'payloadBytes'>,
  { salt, previousCrc }: RecordPlace,
): number {
  record.writeUInt32LE(record.length - RECORD_HEADER_BYTES, 4)
  salt.copy(record, 8)
  record.writeBigUInt64LE(BigInt(header.firstSeq), 16)
  record.writeUInt32LE(header.count, 24)
  record.writeUInt32LE(previousCrc, 28)
  record.writeUInt32LE(header.kind, 32)
  const crc = crc32c(record.subarray(4))
  record.writeUInt32LE(crc, 0)
  return crc
}

/** The header of the record whose first bytes these are, not yet compared with its CRC. */
export function readRecordHeader(bytes: Buffer): ChainedRecord & { readonly salt: Buffer } {
  return {
    crc: bytes.readUInt32LE(0),
    payloadBytes: bytes.readUInt32LE(4),
    salt: bytes.subarray(8, 16),
    firstSeq: Number(bytes.readBigUInt64LE(16)),
    count: bytes.readUInt32LE(24),
    previousCrc: bytes.readUInt32LE(28),
    kind: bytes.readUInt32LE(32) as RecordKind,
  }
}

/** Whether a whole record is what was written. */
export function isIntact(record: Buffer): boolean {
  return record.readUInt32LE(0) === crc32c(record.subarray(4))
}
