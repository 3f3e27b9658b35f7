import { DRAFT_TEXT, DRAFT_TEXTS, type Draft } from '../../core/draft.ts'
import { type EncodedRows, REQUEST_NAME_KEY_OFFSET } from '../../ledger/event-writer.ts'
import { EVENT_COLUMNS } from './event-columns.ts'
import { LENGTH_BYTES_MAX, RowWriter, UINT64_BYTES, writeUint64 } from './row-writer.ts'
import { escapedWords } from './text-search.ts'

/** The columns that an insert names, in the order of a row. */
export const INSERTED_COLUMNS = [
  'seq',
  ...EVENT_COLUMNS,
  'escaped_words',
  'request_key',
  'request_body_sha256',
]

const BACKSLASH = 0x5c
/** Of the columns that are no text: seq, id, time, received and the flag `event_id_is_id`. */
const FIXED_BYTES = UINT64_BYTES + 16 + 2 * UINT64_BYTES + 1
const COLUMNS = INSERTED_COLUMNS.length

/** The texts that stand in a row behind `event_id_is_id`, in the order of their columns. */
const LAST_TEXTS = Array.from(
  { length: DRAFT_TEXTS - DRAFT_TEXT.action },
  (_, index) => DRAFT_TEXT.action + index,
)

/**
 * Serialises events as rows of the engine's RowBinary format, each with room for its seq: reading
 * rows as JSON is two thirds of what an insert costs the engine. Drafts hold their texts as they
 * stand in a row, so a row is copied together, and every ingested event pays for this function.
 */
export function encodeRows(
  drafts: readonly Draft[],
  { origin, request }: { readonly origin: string; readonly request: string },
): EncodedRows {
  const head = textColumn(origin)
  const requestColumns = Buffer.concat(requestTexts(request).map(textColumn))
  let room = drafts.length * (FIXED_BYTES + COLUMNS * LENGTH_BYTES_MAX)
  room += drafts.length * (head.length + requestColumns.length)
  const words = drafts.map(escapedWordsColumn)
  for (const [index, draft] of drafts.entries()) {
    room += textBytes(draft) + (words[index]?.length ?? 0)
  }
  const row = new RowWriter(Buffer.allocUnsafe(room))
  const starts = new Uint32Array(drafts.length)
  for (const [index, draft] of drafts.entries()) {
    starts[index] = row.at
    row.skip(UINT64_BYTES)
    row.bytes(head, 0, head.length)
    writeEvent(row, draft)
    const column = words[index] ?? NO_TEXT
    row.bytes(column, 0, column.length)
    row.bytes(requestColumns, 0, requestColumns.length)
  }
  return { bytes: row.buffer.subarray(0, row.at), starts }
}

/** The rows of a group, one behind the other, with their seqs. */
export function rowsWithSeqs(firstSeq: number, rows: readonly EncodedRows[]): Buffer {
  const all = Buffer.concat(rows.map(({ bytes }) => bytes))
  let seq = firstSeq
  let offset = 0
  for (const { bytes, starts } of rows) {
    for (const start of starts) {
      writeUint64(all, offset + start, seq)
      seq += 1
    }
    offset += bytes.length
  }
  return all
}

function writeEvent(row: RowWriter, draft: Draft): void {
  const { bytes } = draft
  const idStart = draft.startOf(DRAFT_TEXT.id)
  row.uuid(bytes, idStart)
  row.uint64(draft.timeMicros)
  row.uint64(draft.receivedMicros)
  row.text(draft, DRAFT_TEXT.tenant)
  row.text(draft, DRAFT_TEXT.sourceKind)
  row.text(draft, DRAFT_TEXT.sourceName)
  const eventIdIsId = isIdAgain(draft)
  if (eventIdIsId) row.byte(0)
  else row.text(draft, DRAFT_TEXT.sourceEventId)
  row.byte(eventIdIsId ? 1 : 0)
  for (const number of LAST_TEXTS) row.text(draft, number)
}

function isIdAgain(draft: Draft): boolean {
  const { bytes } = draft
  const id = draft.startOf(DRAFT_TEXT.id)
  const eventId = draft.startOf(DRAFT_TEXT.sourceEventId)
  const length = draft.endOf(DRAFT_TEXT.id) - id
  if (draft.endOf(DRAFT_TEXT.sourceEventId) - eventId !== length) return false
  for (let offset = 0; offset < length; offset += 1) {
    if (bytes[id + offset] !== bytes[eventId + offset]) return false
  }
  return true
}

function textBytes(draft: Draft): number {
  let bytes = 0
  for (let number = 0; number < DRAFT_TEXTS; number += 1) {
    bytes += draft.endOf(number) - draft.startOf(number)
  }
  return bytes
}

const NO_TEXT = textColumn('')

/** Nearly always empty: only details with a backslash have such words. */
function escapedWordsColumn(draft: Draft): Buffer {
  const end = draft.endOf(DRAFT_TEXT.details)
  for (let index = draft.startOf(DRAFT_TEXT.details); index < end; index += 1) {
    if (draft.bytes[index] === BACKSLASH)
      return textColumn(escapedWords(draft.text(DRAFT_TEXT.details)))
  }
  return NO_TEXT
}

function requestTexts(request: string): readonly [key: string, bodySha256: string] {
  if (request === '') return ['', '']
  return [request.slice(REQUEST_NAME_KEY_OFFSET), request.slice(0, REQUEST_NAME_KEY_OFFSET - 1)]
}

/** A column of type String: its length, then its bytes. */
function textColumn(text: string): Buffer {
  const bytes = Buffer.from(text)
  const row = new RowWriter(Buffer.allocUnsafe(LENGTH_BYTES_MAX + bytes.length))
  row.length(bytes.length)
  row.bytes(bytes, 0, bytes.length)
  return row.buffer.subarray(0, row.at)
}
