import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { Fault } from '../errors.ts'
import type { Order, Position } from './query.ts'

const TAG_BYTES = 16

/** Encodes and decodes the opaque text of a keyset cursor. */
export interface CursorCodec {
  /** `query` is any text that is equal for equal queries; the cursor is valid only for it. */
  encode(position: Position, order: Order, query: string): string
  /** Throws `query.cursor` when the text was not made by `encode` for this query and order. */
  decode(text: string, order: Order, query: string): Position
}

/**
 * Cursors are authenticated with a key of the instance, so that clients cannot forge one or use it
 * for another query: base64url(HMAC-SHA256 truncated to 16 bytes ‖ position).
 *
 * @param key at least 32 secret bytes, the same on every instance that shares a store.
 */
export function createCursorCodec(key: Uint8Array): CursorCodec {
  const tag = (body: string, order: Order, query: string) =>
    createHmac('sha256', key)
      .update(`${order}\n${createHash('sha256').update(query).digest('hex')}\n${body}`)
      .digest()
      .subarray(0, TAG_BYTES)
  return {
    encode(position, order, query) {
      const body = `${position.timeMicros} ${position.seq} ${position.origin}`
      return Buffer.concat([tag(body, order, query), Buffer.from(body)]).toString('base64url')
    },
    decode(text, order, query) {
      const bytes = Buffer.from(text, 'base64url')
      const body = bytes.subarray(TAG_BYTES).toString()
      const given = bytes.subarray(0, TAG_BYTES)
      const expected = tag(body, order, query)
      if (given.length !== TAG_BYTES || !timingSafeEqual(given, expected)) {
        throw new Fault('query.cursor', {
          detail: 'send back `next` of a page unchanged, with the same filters and order',
        })
      }
      const [timeMicros, seq, ...origin] = body.split(' ')
      return { timeMicros: Number(timeMicros), seq: Number(seq), origin: origin.join(' ') }
    },
  }
}
