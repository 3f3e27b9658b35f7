import { EVENT_FIELDS } from './fields.ts'

/** Smallest buffer, which single events of many requests share. */
const BUFFER_BYTES_MIN = 64 * 1024
/** Events whose positions are kept in one array. */
const PLACED_EVENTS = 256

/**
 * A buffer in which drafts are written one after another: a separate buffer and array for each
 * would cost a single event more than all that is written to them.
 *
 * A draft keeps its buffer and array, and nothing in them is overwritten.
 */
export class DraftRoom {
  /** The bytes of drafts; the next draft begins at `used`. */
  bytes: Buffer = Buffer.alloc(0)
  used = 0
  /** The positions of their texts, as in `Draft`; those of the next draft begin at `placesUsed`. */
  places = new Uint32Array()
  placesUsed = 0

  /**
   * Reserves space for one more draft.
   *
   * @param bytes most bytes that it can have.
   *
   * @param expected bytes that this draft and the following ones may take, for a new buffer.
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
