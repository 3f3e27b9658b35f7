import { DRAFT_TEXT, DRAFT_TEXTS, type Draft } from '../../core/draft.ts'
import { type EncodedRows, REQUEST_NAME_KEY_OFFSET } from '../../ledger/event-writer.ts'
import { PACKED_COLUMNS, PACKED_SEPARATOR, TARGET_MEMBERS } from './event-columns.ts'
import type { KnownShapes } from './known-shapes.ts'
import { LENGTH_BYTES_MAX, RowWriter, UINT64_BYTES, writeUint64 } from './row-writer.ts'
import { isSha256, SHA256_BYTES, SHA256_PREFIX } from './stored-digest.ts'
import { escapedWords } from './text-search.ts'

/** The columns that an insert names, in the order of a row. */
export const INSERTED_COLUMNS = [
  'seq',
  'origin',
  'request',
  'id',
  'time',
  'received',
  'tenant',
  'shape',
  'actor',
  'client_ip',
  'client_user_agent',
  'target_namespace',
  'target_repository',
  'target_tag',
  'digest',
  'texts',
]

const BACKSLASH = 0x5c
const SEPARATOR = PACKED_SEPARATOR.charCodeAt(0)
const FLAG_SET = '1'.charCodeAt(0)

/** Of the columns that are no text: seq, id, time and received. */
const FIXED_BYTES = UINT64_BYTES + 16 + 2 * UINT64_BYTES
/** Around the texts of a row: the lengths of columns, and a separator or a flag for each text. */
const FRAME_BYTES_MAX =
  INSERTED_COLUMNS.length * LENGTH_BYTES_MAX + DRAFT_TEXTS + TARGET_MEMBERS.length + 4

// The texts of each packed column, in the order of `PACKED_COLUMNS`: `event_id_is_id` and
// `target_members` stand between the two parts of `shape`, the escaped words between those of
// `texts`.
const SHAPE_BEFORE_FLAGS = [DRAFT_TEXT.level, DRAFT_TEXT.category, DRAFT_TEXT.sourceKind]
const SHAPE_BEHIND_FLAGS = [
  DRAFT_TEXT.actorKind,
  DRAFT_TEXT.action,
  DRAFT_TEXT.nativeAction,
  DRAFT_TEXT.outcome,
  DRAFT_TEXT.sourceName,
  DRAFT_TEXT.targetType,
]
const ACTOR = [DRAFT_TEXT.actorId, DRAFT_TEXT.actorName, DRAFT_TEXT.actorEmail]
/** The columns of one text each, in the order of `INSERTED_COLUMNS`. */
const PLAIN_TEXTS = [
  DRAFT_TEXT.clientIp,
  DRAFT_TEXT.clientUserAgent,
  DRAFT_TEXT.targetNamespace,
  DRAFT_TEXT.targetRepository,
  DRAFT_TEXT.targetTag,
]
const TEXTS_BEFORE_WORDS = [DRAFT_TEXT.details, DRAFT_TEXT.message]
const TEXTS_BEHIND_WORDS = [DRAFT_TEXT.targetId, DRAFT_TEXT.targetName]
const TEXTS_BEHIND_WORDS_WITH_EVENT_ID = [...TEXTS_BEHIND_WORDS, DRAFT_TEXT.sourceEventId]
type TargetMemberColumn = (typeof TARGET_MEMBERS)[number][1]
/** The texts behind the letters of `TARGET_MEMBERS`. */
const TARGET_MEMBER_TEXTS: Readonly<Record<TargetMemberColumn, number>> = {
  target_digest: DRAFT_TEXT.targetDigest,
  target_id: DRAFT_TEXT.targetId,
  target_name: DRAFT_TEXT.targetName,
  target_namespace: DRAFT_TEXT.targetNamespace,
  target_repository: DRAFT_TEXT.targetRepository,
  target_tag: DRAFT_TEXT.targetTag,
}
const TARGET_MEMBER_BYTES = TARGET_MEMBERS.map(([letter, column]) => ({
  byte: letter.charCodeAt(0),
  text: TARGET_MEMBER_TEXTS[column],
}))
const ALL_TEXTS = Array.from({ length: DRAFT_TEXTS }, (_, number) => number)

/** What the rows of one request have in common. */
interface EncodeOptions {
  readonly origin: string
  /** The name of the request (`requestName`), or `''`. */
  readonly request: string
  /** Takes note of the shape of each row. */
  readonly knownShapes?: KnownShapes
}

/**
 * Serialises events as rows of the engine's RowBinary format, each with room for its seq: reading
 * rows as JSON is two thirds of what an insert costs the engine. Drafts hold their texts as they
 * stand in a row, so a row is copied together, and every ingested event pays for this function.
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

interface WrittenBeside {
  readonly words: Buffer
  readonly knownShapes: KnownShapes | undefined
}

function writeEvent(row: RowWriter, draft: Draft, { words, knownShapes }: WrittenBeside): void {
  row.uuid(draft.bytes, draft.startOf(DRAFT_TEXT.id))
  row.uint64(draft.timeMicros)
  row.uint64(draft.receivedMicros)
  row.text(draft, DRAFT_TEXT.tenant)
  const eventIdIsId = isIdAgain(draft)
  const shapeStart = writeShape(row, draft, eventIdIsId)
  knownShapes?.note(row.buffer, shapeStart, row.at)
  writePacked(row, draft, ACTOR)
  for (const number of PLAIN_TEXTS) row.text(draft, number)
  writeDigest(row, draft)
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

/** Answers where the shape begins, behind its length. */
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
function writeDigest(row: RowWriter, draft: Draft): void {
  const start = draft.startOf(DRAFT_TEXT.targetDigest)
  const end = draft.endOf(DRAFT_TEXT.targetDigest)
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
  const id = draft.startOf(DRAFT_TEXT.id)
  const eventId = draft.startOf(DRAFT_TEXT.sourceEventId)
  const length = draft.endOf(DRAFT_TEXT.id) - id
  if (draft.endOf(DRAFT_TEXT.sourceEventId) - eventId !== length) return false
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

/** Nearly always none: only details with a backslash have such words. */
function escapedWordsOf(draft: Draft): Buffer {
  const end = draft.endOf(DRAFT_TEXT.details)
  for (let index = draft.startOf(DRAFT_TEXT.details); index < end; index += 1) {
    if (draft.bytes[index] === BACKSLASH) {
      return Buffer.from(escapedWords(draft.text(DRAFT_TEXT.details)))
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
