import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../../core/errors.ts'
import { canonicalJson } from '../../core/event/canonical-json.ts'
import type { StoredEvent } from '../../core/event/event.ts'
import { TILE_WIDTH } from '../../ledger/tree/tile-shape.ts'
import { EVIDENCE_EVENT_BYTES_MAX } from '../limits.ts'
import { GroupSet } from './group-set.ts'

const PIECE_BYTES = 1024 * 1024
const LINE_END = 0x0a
const SEQ = Buffer.from(',"seq":')
/** Digits of the largest safe integer. */
const SEQ_DIGITS_MAX = 16

/**
 * Exported events on their way into an archive, which needs their size first: lines of NDJSON in a
 * file without a name, so that nothing is left of it after a crash.
 */
export class EventSpool {
  /** The groups of 256 that the events are in. */
  readonly groups = new GroupSet()
  readonly #file: FileHandle
  #bytes = 0
  #endSeq = 0
  #rest: Buffer = Buffer.alloc(0)

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** @param directory made if it is missing. */
  static async open(directory: string): Promise<EventSpool> {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const path = join(directory, `${randomUUID()}.spool`)
    const file = await open(path, 'wx+', 0o600)
    await unlink(path)
    return new EventSpool(file)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The greatest seq of the events plus one, 0 without events. */
  get endSeq(): number {
    return this.#endSeq
  }

  /**
   * Adds lines, in pieces that may end within one.
   * @throws Fault `request.too-large`; the file's own error when the disk fails.
   */
  async write(piece: Uint8Array): Promise<void> {
    this.#bytes += piece.length
    if (this.#bytes > EVIDENCE_EVENT_BYTES_MAX) {
      throw new Fault('request.too-large', {
        detail: `an export with proofs has at most ${EVIDENCE_EVENT_BYTES_MAX} bytes of events`,
      })
    }
    await this.#file.writeFile(piece)
    const data = Buffer.concat([this.#rest, piece])
    let start = 0
    for (let end = data.indexOf(LINE_END); end >= 0; end = data.indexOf(LINE_END, start)) {
      this.#take(data.subarray(start, end))
      start = end + 1
    }
    this.#rest = data.subarray(start)
  }

  /** Adds events that were read as such. Throws as `write` does. */
  async writeEvents(events: readonly StoredEvent[]): Promise<void> {
    const lines = events.map(({ event, seq }) => `${canonicalJson({ ...event, seq })}\n`)
    await this.write(Buffer.from(lines.join('')))
  }

  /** The lines, read again from the file. */
  async *content(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < this.#bytes; ) {
      const length = Math.min(PIECE_BYTES, this.#bytes - start)
      const { bytesRead, buffer } = await this.#file.read(Buffer.alloc(length), 0, length, start)
      if (bytesRead === 0) throw new Error('the spooled events end early')
      yield buffer.subarray(0, bytesRead)
      start += bytesRead
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /** `seq` is the last member of this name: the texts behind it are escaped, the objects closed. */
  #take(line: Buffer): void {
    const at = line.lastIndexOf(SEQ)
    const digits = line.toString('latin1', at + SEQ.length, at + SEQ.length + SEQ_DIGITS_MAX)
    const seq = Number.parseInt(digits, 10)
    if (at < 0 || !Number.isSafeInteger(seq)) throw new Error('an exported event has no seq')
    this.groups.add(Math.floor(seq / TILE_WIDTH))
    this.#endSeq = Math.max(this.#endSeq, seq + 1)
  }
}
