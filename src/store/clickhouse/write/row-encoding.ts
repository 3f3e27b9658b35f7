import type { Draft } from '../../../core/event/draft.ts'
import { FIELD_NUMBER, fieldNumber } from '../../../core/event/field-keys.ts'
import { EVENT_FIELDS, type PackedColumn } from '../../../core/event/fields.ts'
import { type EncodedRows, REQUEST_NAME_KEY_OFFSET } from '../../../ledger/event-writer.ts'
import {
  DIGEST_COLUMN,
  OWN_COLUMNS,
  PACKED_COLUMNS,
  PACKED_SEPARATOR,
  type PackedText,
  TARGET_MEMBERS,
} from '../event-columns.ts'
import { escapedWords } from '../filter/text-search.ts'
import type { KnownShapes } from '../shapes/known-shapes.ts'
import { LENGTH_BYTES_MAX, RowWriter, UINT64_BYTES, writeUint64 } from './row-writer.ts'
import { isSha256, SHA256_BYTES, SHA256_PREFIX } from './stored-digest.ts'

/** The columns that an insert names, in the order of a row. */
export const INSERTED_COLUMNS: readonly string[] = [
  ...['seq', 'origin', 'request', 'id', 'time', 'received'],
  ...OWN_COLUMNS.map(({ kind, column }) => (kind === 'digest' ? DIGEST_COLUMN : column)),
  ...Object.keys(PACKED_COLUMNS),
]

const BACKSLASH = 0x5c
const SEPARATOR = PACKED_SEPARATOR.charCodeAt(0)
const FLAG_SET = '1'.charCodeAt(0)

/** Bytes of the columns that are not texts: seq, id, time and received. */
const FIXED_BYTES = UINT64_BYTES + 16 + 2 * UINT64_BYTES
/**
 * Bytes around the texts of a row: the lengths of columns, and a separator or a flag for each text.
 */
const FRAME_BYTES_MAX =
  INSERTED_COLUMNS.length * LENGTH_BYTES_MAX + EVENT_FIELDS.length + TARGET_MEMBERS.length + 4

const ID = FIELD_NUMBER['/id']
const SOURCE_EVENT_ID = FIELD_NUMBER['/source/eventId']
const DETAILS = FIELD_NUMBER['/details']
/** The columns with a single text. */
const OWN_TEXTS = OWN_COLUMNS.map((field) => ({
  number: fieldNumber(field),
  isDigest: field.kind === 'digest',
}))
const ACTOR = numbersOf(PACKED_COLUMNS.actor)
// `event_id_is_id` and `target_members` are between two parts of `shape`, the escaped words between
// two parts of `texts`.
const [SHAPE_BEFORE_FLAGS, SHAPE_BEHIND_FLAGS] = aroundDerived('shape')
const [TEXTS_BEFORE_WORDS, TEXTS_BEHIND_WORDS_WITH_EVENT_ID] = aroundDerived('texts')
const TEXTS_BEHIND_WORDS = TEXTS_BEHIND_WORDS_WITH_EVENT_ID.filter(
  (number) => number !== SOURCE_EVENT_ID,
)
const TARGET_MEMBER_BYTES = TARGET_MEMBERS.map(({ letter, number }) => ({
  byte: letter.charCodeAt(0),
  text: number,
}))
const ALL_TEXTS = EVENT_FIELDS.map((_, number) => number)

/** The numbers of the fields before the derived texts, and of those after them. */
function aroundDerived(column: PackedColumn): readonly [readonly number[], readonly number[]] {
  const texts = PACKED_COLUMNS[column]
  const first = texts.findIndex(({ field }) => field === undefined)
  const last = texts.findLastIndex(({ field }) => field === undefined)
  return [numbersOf(texts.slice(0, first)), numbersOf(texts.slice(last + 1))]
}

function numbersOf(texts: readonly PackedText[]): readonly number[] {
  return texts.flatMap(({ field }) => (field === undefined ? [] : [fieldNumber(field)]))
}

/** What the rows of one request have in common. */
interface EncodeOptions {
  readonly origin: string
  /** The name of the request (`requestName`), or `''`. */
  readonly request: string
  /** Notes the shape of each row. */
  readonly knownShapes?: KnownShapes
}

/**
 * Encodes events as rows in the engine's RowBinary format, each with room for its seq; reading rows
 * as JSON would be two thirds of the engine's cost of an insert. Drafts hold their texts in the
 * order of a row, so a row is made by copying. Every ingested event passes through this function.
 */
export function encodeRows(
  drafts: readonly Draft[],
  { origin, request, knownShapes }: EncodeOptions,
): EncodedRows {
  const head = Buffer.concat([origin, packedRequest(request)].map(textColumn))
  const words = drafts.map(escapedWordsOf)
  let room = drafts.length * (head.length + FIXED_BYTES + FRAME_BYTES_MAX)
  for (const [index, draft] of drafts.entries()) {
    room += textBytes(draft, ALL_TEXTS) + (words[index]?.length ?? 0)
  }
  const row = new RowWriter(Buffer.allocUnsafe(room))
  const starts = new Uint32Array(drafts.length)
  for (const [index, draft] of drafts.entries()) {
    starts[index] = row.at
    row.skip(UINT64_BYTES)
    row.bytes(head, 0, head.length)
    writeEvent(row, draft, { words: words[index] ?? NO_WORDS, knownShapes })
  }
  return { bytes: row.buffer.subarray(0, row.at), starts }
}

/** The rows of a group, concatenated and with their seqs. */
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

interface WrittenBeside {
  readonly words: Buffer
  readonly knownShapes: KnownShapes | undefined
}

function writeEvent(row: RowWriter, draft: Draft, { words, knownShapes }: WrittenBeside): void {
  row.uuid(draft.bytes, draft.startOf(ID))
  row.uint64(draft.timeMicros)
  row.uint64(draft.receivedMicros)
  for (const { number, isDigest } of OWN_TEXTS) {
    if (isDigest) writeDigest(row, draft, number)
    else row.text(draft, number)
  }
  const eventIdIsId = isIdAgain(draft)
  const shapeStart = writeShape(row, draft, eventIdIsId)
  knownShapes?.note(row.buffer, shapeStart, row.at)
  writePacked(row, draft, ACTOR)
  writeTexts(row, draft, { words, eventIdIsId })
}

function writePacked(row: RowWriter, draft: Draft, numbers: readonly number[]): void {
  row.length(textBytes(draft, numbers) + numbers.length - 1)
  let isFirst = true
  for (const number of numbers) {
    if (!isFirst) row.byte(SEPARATOR)
    isFirst = false
    row.part(draft, number)
  }
}

/** Returns where the shape begins, after its length. */
function writeShape(row: RowWriter, draft: Draft, eventIdIsId: boolean): number {
  const texts = textBytes(draft, SHAPE_BEFORE_FLAGS) + textBytes(draft, SHAPE_BEHIND_FLAGS)
  let flags = eventIdIsId ? 1 : 0
  for (const { text } of TARGET_MEMBER_BYTES) if (hasText(draft, text)) flags += 1
  row.length(texts + PACKED_COLUMNS.shape.length - 1 + flags)
  const start = row.at
  for (const number of SHAPE_BEFORE_FLAGS) {
    row.part(draft, number)
    row.byte(SEPARATOR)
  }
  if (eventIdIsId) row.byte(FLAG_SET)
  row.byte(SEPARATOR)
  for (const { byte, text } of TARGET_MEMBER_BYTES) if (hasText(draft, text)) row.byte(byte)
  for (const number of SHAPE_BEHIND_FLAGS) {
    row.byte(SEPARATOR)
    row.part(draft, number)
  }
  return start
}

function hasText(draft: Draft, number: number): boolean {
  return draft.endOf(number) > draft.startOf(number)
}

/** See column `digest` of schema/001-events.sql. */
function writeDigest(row: RowWriter, draft: Draft, number: number): void {
  const start = draft.startOf(number)
  const end = draft.endOf(number)
  if (isSha256(draft.bytes, start, end)) {
    row.length(SHA256_BYTES)
    row.hex(draft.bytes, start + SHA256_PREFIX.length, end)
    return
  }
  const isAmbiguous = end - start === SHA256_BYTES
  row.length(end - start + (isAmbiguous ? 1 : 0))
  row.bytes(draft.bytes, start, end)
  if (isAmbiguous) row.byte(SEPARATOR)
}

interface TextsParts {
  readonly words: Buffer
  readonly eventIdIsId: boolean
}

function writeTexts(row: RowWriter, draft: Draft, { words, eventIdIsId }: TextsParts): void {
  const behind = eventIdIsId ? TEXTS_BEHIND_WORDS : TEXTS_BEHIND_WORDS_WITH_EVENT_ID
  const texts = textBytes(draft, TEXTS_BEFORE_WORDS) + words.length + textBytes(draft, behind)
  row.length(texts + TEXTS_BEFORE_WORDS.length + TEXTS_BEHIND_WORDS_WITH_EVENT_ID.length)
  for (const number of TEXTS_BEFORE_WORDS) {
    row.part(draft, number)
    row.byte(SEPARATOR)
  }
  row.bytes(words, 0, words.length)
  for (const number of behind) {
    row.byte(SEPARATOR)
    row.part(draft, number)
  }
  if (eventIdIsId) row.byte(SEPARATOR)
}

function isIdAgain(draft: Draft): boolean {
  const { bytes } = draft
  const id = draft.startOf(ID)
  const eventId = draft.startOf(SOURCE_EVENT_ID)
  const length = draft.endOf(ID) - id
  if (draft.endOf(SOURCE_EVENT_ID) - eventId !== length) return false
  for (let offset = 0; offset < length; offset += 1) {
    if (bytes[id + offset] !== bytes[eventId + offset]) return false
  }
  return true
}

function textBytes(draft: Draft, numbers: readonly number[]): number {
  let bytes = 0
  for (const number of numbers) bytes += draft.endOf(number) - draft.startOf(number)
  return bytes
}

const NO_WORDS = Buffer.alloc(0)

/** Nearly always empty: only details with a backslash have such words. */
function escapedWordsOf(draft: Draft): Buffer {
  const end = draft.endOf(DETAILS)
  for (let index = draft.startOf(DETAILS); index < end; index += 1) {
    if (draft.bytes[index] === BACKSLASH) {
      return Buffer.from(escapedWords(draft.text(DETAILS)))
    }
  }
  return NO_WORDS
}

function packedRequest(request: string): string {
  if (request === '') return PACKED_SEPARATOR
  const bodySha256 = request.slice(0, REQUEST_NAME_KEY_OFFSET - 1)
  return request.slice(REQUEST_NAME_KEY_OFFSET) + PACKED_SEPARATOR + bodySha256
}

/** A column of type String: its length, then its bytes. */
function textColumn(text: string): Buffer {
  const bytes = Buffer.from(text)
  const row = new RowWriter(Buffer.allocUnsafe(LENGTH_BYTES_MAX + bytes.length))
  row.length(bytes.length)
  row.bytes(bytes, 0, bytes.length)
  return row.buffer.subarray(0, row.at)
}
