import { randomBytes } from 'node:crypto'
import { mkdir, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Fault } from '../../core/errors.ts'
import { STORE_RETRY_AFTER_SECONDS } from '../limits.ts'
import { type FileThread, startFileThread } from './file-thread.ts'
import { groupOf, type InsertRange, type JournalGroup } from './group.ts'
import { SEGMENT_BYTES } from './limits.ts'
import {
  type JournalEnd,
  type JournalRecord,
  readJournal,
  segmentsFrom,
  type UsedSegment,
  usedSegments,
} from './read-journal.ts'
import {
  RECORD_HEADER_BYTES,
  RECORD_KIND,
  type RecordHeader,
  SEGMENT_HEADER_BYTES,
  sealRecord,
  segmentHeader,
} from './record-format.ts'
import { type AcceptedRequest, eventCountOf, recordOf } from './requests.ts'
import { findSegments, segmentPath } from './segments.ts'

/** Where a journal is, and whose it is. */
export interface JournalOptions {
  readonly directory: string
  readonly origin: string
  /** Most bytes that its segments may take, the one made ahead included. */
  readonly bytesMax: number
  /** Bytes of a segment (default `SEGMENT_BYTES`). */
  readonly segmentBytes?: number
  /** Starts a thread that writes files (default `startFileThread`). */
  readonly startThread?: () => FileThread
}

/** How a journal is opened. */
export interface OpenJournalOptions extends JournalOptions {
  /** Groups that end in front of this seq are passed over. */
  readonly fromSeq: number
}

/** What was found in the files of a journal. */
export interface FoundJournal {
  /** The last insert that began. */
  readonly noted: InsertRange | undefined
  /** Absent when there is no journal yet. */
  readonly end: JournalEnd | undefined
}

interface Segment {
  readonly number: number
  readonly path: string
  readonly bytes: number
  readonly firstSeq: number
  readonly previousCrc: number
  readonly salt: Buffer
}

/** The segment that is written. */
interface Current extends Segment {
  position: number
}

/** A segment that was made ahead. */
interface Spare {
  readonly number: number
  readonly path: string
  readonly bytes: number
  readonly made: Promise<void>
}

/**
 * The events that an instance accepted and that its store may not have yet, in files of their own:
 * what an acknowledgement rests on. One record is written at a time, when the one before is on
 * disk, into a file whose room is there already.
 */
export class Journal {
  readonly #options: JournalOptions
  readonly #writer: FileThread
  /** Another thread, so that no record waits for a file to be filled with zeros. */
  readonly #maker: FileThread
  readonly #segmentBytes: number
  #older: readonly Segment[] = []
  #current: Current | undefined
  #spare: Spare | undefined
  #lastNumber = 0
  #crc = 0
  #nextSeq = 0
  /** The last write, which the next one waits for. */
  #writing: Promise<unknown> = Promise.resolve()

  private constructor(options: JournalOptions) {
    this.#options = options
    const { startThread = startFileThread, segmentBytes = SEGMENT_BYTES } = options
    this.#segmentBytes = segmentBytes
    this.#writer = startThread()
    this.#maker = startThread()
  }

  /**
   * Reads what a journal holds and gets it ready to be written.
   *
   * @param take is called for each group, in order.
   * @throws Error for a journal that is damaged, of another ledger or of a newer format.
   */
  static async open(
    options: OpenJournalOptions,
    take: (group: JournalGroup) => void,
  ): Promise<{ readonly journal: Journal; readonly found: FoundJournal }> {
    const files = await findSegments(options.directory)
    const segments = usedSegments(files, options)
    let noted: InsertRange | undefined
    const end = await takeRecords(segmentsFrom(segments, options.fromSeq), (record) => {
      const { kind, firstSeq, count } = record
      if (kind === RECORD_KIND.insert) noted = { firstSeq, count }
      const group = groupOf(record, options.fromSeq)
      if (group !== undefined) take(group)
    })
    await makeDirectory(options.directory)
    for (const { path, read } of files) if (read.state === 'unused') await rm(path)
    const journal = new Journal(options)
    const used = segments.map(({ file, header }) => ({ ...file, ...header }))
    if (end !== undefined) await journal.#continue(used, end)
    return { journal, found: { end, noted } }
  }

  /** Bytes of all its files. */
  get bytes(): number {
    const files = [...this.#older, this.#current, this.#spare]
    return files.reduce((sum, file) => sum + (file?.bytes ?? 0), 0)
  }

  /** Whether a record of this size can be written without more room on the disk. */
  hasRoom(bytes: number): boolean {
    const left = (this.#current?.bytes ?? 0) - (this.#current?.position ?? 0)
    return bytes <= left || this.#spare !== undefined || this.#mayGrow(this.#segmentBytes)
  }

  /** Says with which seq the next group begins, where the journal itself does not know it. */
  begin(nextSeq: number): void {
    this.#nextSeq = nextSeq
  }

  /**
   * Resolves once the requests are on disk.
   * @throws Fault `store.unavailable` when there is no room for them; `UncertainWrite` when they
   *   may be there or not. Then the segment is given up, and the next call, which has to be for
   *   the same requests, writes to another one.
   */
  async append(requests: readonly AcceptedRequest[]): Promise<void> {
    const count = eventCountOf(requests)
    const header = { kind: RECORD_KIND.events, firstSeq: this.#nextSeq, count }
    await this.#write(header, () => recordOf(requests))
  }

  /**
   * Notes that an insert of these events begins. Without room for the note the insert begins all
   * the same: it is what makes room.
   */
  async noteInsert(firstSeq: number, count: number): Promise<void> {
    const header = { kind: RECORD_KIND.insert, firstSeq, count }
    await this.#write(header, bareRecord).catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error
    })
  }

  /**
   * Removes the segments whose events are all before `seq`, but never the last one: a ledger
   * without any segment has lost its journal. One that cannot be removed is tried again next time.
   */
  async free(seq: number): Promise<void> {
    for (;;) {
      const [oldest, next = this.#current] = this.#older
      if (oldest === undefined || next === undefined || next.firstSeq > seq) return
      await this.#maker.remove(oldest.path)
      this.#older = this.#older.slice(1)
    }
  }

  /** The groups on disk that have events at or after `seq`, from the files. */
  async *readFrom(seq: number): AsyncIterable<JournalGroup> {
    const endSeq = this.#nextSeq
    if (seq >= endSeq) return
    const written = [...this.#older, ...(this.#current === undefined ? [] : [this.#current])]
    const segments = written.map((segment) => ({ file: segment, header: segment }))
    for await (const record of readJournal(segmentsFrom(segments, seq))) {
      const group = groupOf(record, seq)
      if (group === undefined) continue
      yield group
      // What follows may be half written.
      if (group.firstSeq + group.count >= endSeq) return
    }
  }

  /** Lets go of the files as they are. */
  async abandon(): Promise<void> {
    await this.#spare?.made.catch(() => undefined)
    await Promise.all([this.#writer.close(), this.#maker.close()])
  }

  /**
   * Marks the end of an orderly stop, if there is room for the mark. Nothing may be written
   * afterwards.
   */
  async close(): Promise<void> {
    const header = { kind: RECORD_KIND.end, firstSeq: this.#nextSeq, count: 0 }
    try {
      await this.#writing
      if (this.#currentWithRoom(RECORD_HEADER_BYTES)) await this.#write(header, bareRecord)
    } finally {
      await this.abandon()
    }
  }

  /** Goes on behind the last record; behind a torn one in a segment of its own. */
  async #continue(used: readonly Segment[], end: JournalEnd): Promise<void> {
    this.#crc = end.crc
    this.#nextSeq = end.nextSeq
    const last = used.at(-1)
    this.#lastNumber = last?.number ?? 0
    if (last === undefined || end.isTorn) {
      this.#older = used
      return
    }
    this.#older = used.slice(0, -1)
    await this.#writer.open(last.path)
    this.#current = { ...last, position: end.position }
  }

  #mayGrow(bytes: number): boolean {
    return this.bytes + bytes <= this.#options.bytesMax
  }

  #write(header: Omit<RecordHeader, 'payloadBytes'>, make: () => Buffer): Promise<void> {
    const written = this.#writing.then(() => this.#writeNow(header, make()))
    this.#writing = written.catch(() => undefined)
    return written
  }

  async #writeNow(header: Omit<RecordHeader, 'payloadBytes'>, record: Buffer): Promise<void> {
    const { length } = record
    const current = this.#currentWithRoom(length) ?? (await this.#nextSegment(length))
    const { salt, position } = current
    const crc = sealRecord(record, header, { salt, previousCrc: this.#crc })
    try {
      await this.#writer.write(record, position)
    } catch (error) {
      this.#giveUpCurrent()
      throw new UncertainWrite('the journal could not be written', { cause: error })
    }
    current.position = position + length
    this.#crc = crc
    if (header.kind === RECORD_KIND.events) this.#nextSeq = header.firstSeq + header.count
  }

  #currentWithRoom(bytes: number): Current | undefined {
    const current = this.#current
    return current !== undefined && current.position + bytes <= current.bytes ? current : undefined
  }

  /** What a failed write left in a segment is not known: nothing is written there again. */
  #giveUpCurrent(): void {
    const current = this.#current
    if (current === undefined) return
    this.#older = [...this.#older, current]
    this.#current = undefined
  }

  async #nextSegment(recordBytes: number): Promise<Current> {
    const spare = await this.#takeSpare(SEGMENT_HEADER_BYTES + recordBytes)
    const { number, path, bytes } = spare
    const salt = randomBytes(8)
    const place = { firstSeq: this.#nextSeq, previousCrc: this.#crc, salt }
    const page = segmentHeader({ number, origin: this.#options.origin, ...place })
    this.#giveUpCurrent()
    try {
      await this.#writer.open(path)
      await this.#writer.write(page, 0)
    } catch (error) {
      await this.#maker.remove(path).catch(() => undefined)
      this.#lastNumber = number - 1
      throw noRoom(error)
    }
    const position = SEGMENT_HEADER_BYTES
    this.#current = { number, path, bytes, ...place, position }
    this.#makeSpare()
    return this.#current
  }

  async #takeSpare(bytes: number): Promise<Spare> {
    const spare = this.#spare ?? this.#make(Math.max(bytes, this.#segmentBytes))
    this.#spare = undefined
    await spare.made.catch((error: unknown) => {
      throw noRoom(error)
    })
    if (spare.bytes >= bytes) return spare
    // A record larger than a segment gets one of its size, under the same number.
    await this.#maker.remove(spare.path).catch((error: unknown) => {
      this.#spare = spare
      throw noRoom(error)
    })
    this.#lastNumber -= 1
    return this.#takeSpare(bytes)
  }

  /** @throws Fault `store.unavailable` when the journal may not grow. */
  #make(bytes: number): Spare {
    if (!this.#mayGrow(bytes)) throw fullJournal()
    this.#lastNumber += 1
    const number = this.#lastNumber
    const { directory } = this.#options
    const path = segmentPath(directory, number)
    const made = this.#maker.make({ path, directory, bytes }).catch((error: unknown) => {
      this.#lastNumber = number - 1
      throw error
    })
    return { number, path, bytes, made }
  }

  /** Without room for it now, it is made when it is needed. */
  #makeSpare(): void {
    if (this.#spare !== undefined || !this.#mayGrow(this.#segmentBytes)) return
    const spare = this.#make(this.#segmentBytes)
    this.#spare = spare
    spare.made.catch(() => {
      if (this.#spare === spare) this.#spare = undefined
    })
  }
}

/** Undefined without any segment. What `take` throws ends the reading. */
async function takeRecords(
  segments: readonly UsedSegment[],
  take: (record: JournalRecord) => void,
): Promise<JournalEnd | undefined> {
  if (segments.length === 0) return undefined
  const records = readJournal(segments)
  try {
    for (;;) {
      const next = await records.next()
      if (next.done === true) return next.value
      take(next.value)
    }
  } catch (error) {
    // It closes the file that it reads.
    await records.throw(error)
    throw error
  }
}

/** A record without a payload. */
function bareRecord(): Buffer {
  return Buffer.from(new ArrayBuffer(RECORD_HEADER_BYTES))
}

/** Makes a directory whose name, and each that had to be made above it, outlives a power loss. */
async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    const parent = await open(dirname(made), 'r')
    await parent.sync().finally(() => parent.close())
  }
}

/** Whether a record is on disk is not known. */
export class UncertainWrite extends Error {}

/** The segments may take no more bytes. */
export function fullJournal(): Fault {
  return new Fault('store.unavailable', {
    detail: 'the journal is full',
    retryAfterSeconds: STORE_RETRY_AFTER_SECONDS,
  })
}

/** Nothing was written. */
function noRoom(cause: unknown): Fault {
  return new Fault('store.unavailable', {
    detail: 'there is no room for the journal',
    retryAfterSeconds: STORE_RETRY_AFTER_SECONDS,
    cause,
  })
}
