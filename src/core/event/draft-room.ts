import { EVENT_FIELDS } from './fields.ts'

/** Smallest buffer: lone events of many requests share one. */
const BUFFER_BYTES_MIN = 64 * 1024
/** Events whose places are kept in one array. */
const PLACED_EVENTS = 256

/**
 * Where drafts are written, one after another: for each a buffer and an array of its own would cost
 * a lone event more than all that is written to them.
 *
 * A draft keeps the buffer and the array that it is in, and nothing in them is written twice.
 */
export class DraftRoom {
  /** The bytes of drafts; the next draft begins at `used`. */
  bytes: Buffer = Buffer.alloc(0)
  used = 0
  /** The places of their texts, as in `Draft`; those of the next draft begin at `placesUsed`. */
  places = new Uint32Array()
  placesUsed = 0

  /**
   * Makes room for one more draft.
   * @param bytes most bytes that it can have.
   * @param expected how many bytes this draft and those after it may take, for a new buffer.
   */
  reserve(bytes: number, expected: number): void {
    if (this.used + bytes > this.bytes.length) {
      this.bytes = Buffer.allocUnsafeSlow(Math.max(bytes, expected, BUFFER_BYTES_MIN))
      this.used = 0
    }
    if (this.placesUsed === this.places.length) {
      this.places = new Uint32Array(PLACED_EVENTS * 2 * EVENT_FIELDS.length)
      this.placesUsed = 0
    }
  }
}
