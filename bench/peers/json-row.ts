import type { Draft } from '../../src/core/event/draft.ts'
import { fieldNumber } from '../../src/core/event/field-keys.ts'
import type { EventField, PackedColumn } from '../../src/core/event/fields.ts'
import {
  EVENT_ID_IS_ID,
  OWN_COLUMNS,
  PACKED_COLUMNS,
  PACKED_SEPARATOR,
  type PackedText,
  TARGET_MEMBERS,
} from '../../src/store/clickhouse/event-columns.ts'
import { SHA256_PREFIX } from '../../src/store/clickhouse/write/stored-digest.ts'

/**
 * An event of the benchmark as a row in JSONCompactEachRow, in the order of `INSERTED_COLUMNS`: the
 * form in which the engine's own binding takes rows. Its texts are ASCII; the engine takes the
 * bytes of a digest as they are.
 */
export function jsonRow(
  draft: Draft,
  place: { readonly origin: string; readonly seq: number },
): Buffer {
  const { id, time, received } = draft.event
  const row = [
    ...[place.seq, place.origin, PACKED_SEPARATOR, id, time, received],
    ...OWN_COLUMNS.map((field) => columnOf(draft, field)),
    ...(Object.keys(PACKED_COLUMNS) as PackedColumn[]).map((column) =>
      PACKED_COLUMNS[column].map((text) => packedText(draft, text)).join(PACKED_SEPARATOR),
    ),
  ]
  return Buffer.from(`${JSON.stringify(row)}\n`, 'latin1')
}

function columnOf(draft: Draft, field: EventField): string {
  const text = draft.text(fieldNumber(field))
  if (field.kind !== 'digest') return text
  return Buffer.from(text.slice(SHA256_PREFIX.length), 'hex').toString('latin1')
}

function packedText(draft: Draft, { name, field }: PackedText): string {
  const { id, source } = draft.event
  const isEventIdId = source.eventId === id
  if (name === EVENT_ID_IS_ID) return isEventIdId ? '1' : ''
  if (name === 'target_members') {
    return TARGET_MEMBERS.map(({ letter, number }) =>
      draft.text(number) === '' ? '' : letter,
    ).join('')
  }
  if (field === undefined || (field.path === '/source/eventId' && isEventIdId)) return ''
  return draft.text(fieldNumber(field))
}
