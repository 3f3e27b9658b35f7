import type { Field } from '../../../core/query/query.ts'
import { filterOf, PACKED_COLUMNS, PACKED_SEPARATOR, TARGET_MEMBERS } from '../event-columns.ts'

/** What a shape shows about a field: its value, that it is not empty, or nothing. */
export type ShapeValue = { readonly value: string } | 'not empty' | undefined

/** What a shape shows, by field. */
export type ShapeValues = ReadonlyMap<Field, ShapeValue>

/** The names of target members in conditions, with their letters. */
const MEMBERS = TARGET_MEMBERS.flatMap(({ letter, field }) => {
  const filter = filterOf(field)
  return filter === undefined ? [] : [{ letter, filter }]
})
const MEMBER_LETTERS: ReadonlyMap<Field, string> = new Map(
  MEMBERS.map(({ letter, filter }) => [filter, letter]),
)
/** The names of an actor; a null actor has none. */
const ACTOR_NAMES = PACKED_COLUMNS.actor.flatMap(({ field }) => (field && filterOf(field)) ?? [])

/** SQL that holds where a target lacks a member, by the shape; undefined for other fields. */
export function missingMemberSql(field: Field): string | undefined {
  const letter = MEMBER_LETTERS.get(field)
  return letter === undefined ? undefined : `position(target_members, '${letter}') = 0`
}

const EMPTY: ShapeValue = { value: '' }

/** Parses the values that a shape shows. */
export function shapeValues(shape: string): ShapeValues {
  const texts = shape.split(PACKED_SEPARATOR)
  const values = new Map<Field, ShapeValue>()
  for (const [index, { name, field }] of PACKED_COLUMNS.shape.entries()) {
    const value = texts[index] ?? ''
    const filter = field && filterOf(field)
    if (filter !== undefined) values.set(filter, { value })
    if (name === 'action') {
      values.set('verb', { value: value.slice(value.indexOf('.') + 1) })
    } else if (name === 'target_members') {
      for (const member of MEMBERS) {
        values.set(member.filter, value.includes(member.letter) ? 'not empty' : EMPTY)
      }
    } else if (name === 'actor_kind' && value === '') {
      for (const own of ACTOR_NAMES) values.set(own, EMPTY)
    }
  }
  return values
}
