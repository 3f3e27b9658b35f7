import { DRAFT_TEXT, type Draft } from '../src/core/draft.ts'
import type { Target } from '../src/core/event.ts'
import {
  PACKED_COLUMNS,
  PACKED_SEPARATOR,
  TARGET_MEMBERS,
} from '../src/store/clickhouse/event-columns.ts'
import { SHA256_PREFIX } from '../src/store/clickhouse/stored-digest.ts'

/** What stands in the packed columns of an event of the benchmark, by the names of the texts. */
type PackedText = (typeof PACKED_COLUMNS)[keyof typeof PACKED_COLUMNS][number]

/**
 * An event of the benchmark as a row in JSONCompactEachRow, in the order of `INSERTED_COLUMNS`: the
 * form in which the engine's own binding takes rows. Its texts are ASCII; the engine takes the
 * bytes of a digest as they are.
 */
export function jsonRow(
  draft: Draft,
  place: { readonly origin: string; readonly seq: number },
): Buffer {
  const { event } = draft
  const texts = packedTexts(draft)
  const packed = (column: keyof typeof PACKED_COLUMNS) =>
    PACKED_COLUMNS[column].map((name) => texts[name]).join(PACKED_SEPARATOR)
  const row = [
    place.seq,
    place.origin,
    packed('request'),
    event.id,
    event.time,
    event.received,
    event.tenant,
    packed('shape'),
    packed('actor'),
    draft.text(DRAFT_TEXT.clientIp),
    draft.text(DRAFT_TEXT.clientUserAgent),
    draft.text(DRAFT_TEXT.targetNamespace),
    draft.text(DRAFT_TEXT.targetRepository),
    draft.text(DRAFT_TEXT.targetTag),
    Buffer.from(draft.text(DRAFT_TEXT.targetDigest).slice(SHA256_PREFIX.length), 'hex').toString(
      'latin1',
    ),
    packed('texts'),
  ]
  return Buffer.from(`${JSON.stringify(row)}\n`, 'latin1')
}

function packedTexts(draft: Draft): Readonly<Record<PackedText, string>> {
  const { source, id } = draft.event
  const eventIdIsId = source.eventId === id
  return {
    level: draft.text(DRAFT_TEXT.level),
    category: draft.text(DRAFT_TEXT.category),
    source_kind: source.kind,
    event_id_is_id: eventIdIsId ? '1' : '',
    target_members: targetMembers(draft.event.target),
    actor_kind: draft.text(DRAFT_TEXT.actorKind),
    action: draft.text(DRAFT_TEXT.action),
    native_action: draft.text(DRAFT_TEXT.nativeAction),
    outcome: draft.text(DRAFT_TEXT.outcome),
    source_name: source.name,
    target_type: draft.text(DRAFT_TEXT.targetType),
    actor_id: draft.text(DRAFT_TEXT.actorId),
    actor_name: draft.text(DRAFT_TEXT.actorName),
    actor_email: draft.text(DRAFT_TEXT.actorEmail),
    details: draft.text(DRAFT_TEXT.details),
    message: draft.text(DRAFT_TEXT.message),
    escaped_words: '',
    target_id: draft.text(DRAFT_TEXT.targetId),
    target_name: draft.text(DRAFT_TEXT.targetName),
    source_event_id: eventIdIsId ? '' : (source.eventId ?? ''),
    request_key: '',
    request_body_sha256: '',
  }
}

/** The columns of a target are named after its members. */
function targetMembers(target: Target = {}): string {
  const has = new Set(Object.keys(target).map((member) => `target_${member}`))
  return TARGET_MEMBERS.map(([letter, column]) => (has.has(column) ? letter : '')).join('')
}
