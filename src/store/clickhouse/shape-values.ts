import type { Field } from '../../core/query.ts'
import { PACKED_COLUMNS, PACKED_SEPARATOR, SHAPE_FIELDS, TARGET_MEMBERS } from './event-columns.ts'

/** What an event's shape tells of a field: its value, that it has one, or nothing. */
export type Told = { readonly value: string } | 'not empty' | undefined

/** What a shape tells, by field. */
export type ShapeValues = ReadonlyMap<Field, Told>

const MEMBER_FIELDS: Readonly<Record<(typeof TARGET_MEMBERS)[number][1], Field>> = {
  target_digest: 'digest',
  target_id: 'targetId',
  target_name: 'targetName',
  target_namespace: 'namespace',
  target_repository: 'repository',
  target_tag: 'tag',
}

const MEMBER_LETTERS: ReadonlyMap<Field, string> = new Map(
  TARGET_MEMBERS.map(([letter, column]) => [MEMBER_FIELDS[column], letter]),
)

/** SQL that holds where a target lacks a member, by the shape; undefined for other fields. */
export function missingMemberSql(field: Field): string | undefined {
  const letter = MEMBER_LETTERS.get(field)
  return letter === undefined ? undefined : `position(target_members, '${letter}') = 0`
}

const EMPTY: Told = { value: '' }

/** Reads what a shape tells. */
export function shapeValues(shape: string): ShapeValues {
  const texts = shape.split(PACKED_SEPARATOR)
  const values = new Map<Field, Told>()
  for (const [index, name] of PACKED_COLUMNS.shape.entries()) {
    const value = texts[index] ?? ''
    const field = SHAPE_FIELDS[name]
    if (field !== undefined) values.set(field, { value })
    if (name === 'action') {
      values.set('verb', { value: value.slice(value.indexOf('.') + 1) })
    } else if (name === 'target_members') {
      for (const [letter, column] of TARGET_MEMBERS) {
        values.set(MEMBER_FIELDS[column], value.includes(letter) ? 'not empty' : EMPTY)
      }
    } else if (name === 'actor_kind' && value === '') {
      for (const own of ['actorId', 'actorName', 'actorEmail'] as const) values.set(own, EMPTY)
    }
  }
  return values
}
