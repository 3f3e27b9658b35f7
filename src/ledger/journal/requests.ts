import { type Draft, draftOf } from '../../core/event/draft.ts'
import { RECORD_HEADER_BYTES } from './record-format.ts'

/**
 * The events of one request, as they are accepted together. `request` is what `requestName` made
 * of its Idempotency-Key, `''` without one.
 */
export interface AcceptedRequest {
  readonly drafts: readonly Draft[]
  readonly request: string
}

/** Number of the events of requests. */
export function eventCountOf(requests: readonly AcceptedRequest[]): number {
  return requests.reduce((count, { drafts }) => count + drafts.length, 0)
}

/** Bytes of the leaves of a request's events. */
export function leafBytesOf({ drafts }: AcceptedRequest): number {
  return drafts.reduce((bytes, { leafStart, leafEnd }) => bytes + leafEnd - leafStart, 0)
}

const LENGTH_BYTES = 4

/**
 * A record of requests, with room for its header: of each request the length of its name, the
 * name, the number of its events; of each event the length of its canonical JSON, and that. This
 * is what leaves are made of, and what is kept next to them; rows of a store are made from it, so
 * a journal outlives the form of rows.
 */
export function recordOf(requests: readonly AcceptedRequest[]): Buffer {
  let bytes = RECORD_HEADER_BYTES
  for (const { drafts, request } of requests) {
    bytes += 2 * LENGTH_BYTES + Buffer.byteLength(request)
    for (const { leafStart, leafEnd } of drafts) bytes += LENGTH_BYTES + leafEnd - leafStart - 1
  }
  // Memory of its own, zeroed: it is handed to the thread that writes.
  const record = Buffer.from(new ArrayBuffer(bytes))
  let at = RECORD_HEADER_BYTES
  for (const { drafts, request } of requests) {
    const nameBytes = record.write(request, at + LENGTH_BYTES)
    record.writeUInt32LE(nameBytes, at)
    at += LENGTH_BYTES + nameBytes
    at = record.writeUInt32LE(drafts.length, at)
    for (const { bytes: text, leafStart, leafEnd } of drafts) {
      at = record.writeUInt32LE(leafEnd - leafStart - 1, at)
      at += text.copy(record, at, leafStart + 1, leafEnd)
    }
  }
  return record
}

/** The requests of a record's payload. */
export function readRequests(payload: Buffer): readonly AcceptedRequest[] {
  const requests: AcceptedRequest[] = []
  let at = 0
  const length = () => {
    const value = payload.readUInt32LE(at)
    at += LENGTH_BYTES
    return value
  }
  const text = () => {
    const bytes = length()
    at += bytes
    return payload.toString('utf8', at - bytes, at)
  }
  while (at < payload.length) {
    const request = text()
    const drafts = Array.from({ length: length() }, () => {
      const canonical = text()
      return draftOf(JSON.parse(canonical), canonical)
    })
    requests.push({ drafts, request })
  }
  return requests
}
