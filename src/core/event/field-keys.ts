import { EVENT_FIELDS, type EventField, type FieldPath } from './fields.ts'

/** The number of each field in the table, by its path. */
export const FIELD_NUMBER = Object.fromEntries(
  EVENT_FIELDS.map(({ path }, number) => [path, number]),
) as Readonly<Record<FieldPath, number>>

/** The number of a field of the table. */
export function fieldNumber({ path }: EventField): number {
  return FIELD_NUMBER[path as FieldPath]
}

/** The field with a number. */
export function fieldAt(number: number): EventField {
  const found = EVENT_FIELDS[number]
  if (found === undefined) throw new RangeError(`no field has the number ${number}`)
  return found
}

/** The objects that fields stand in, by their keys. */
export const EVENT_OBJECTS = ['actor', 'client', 'source', 'target'] as const
/** `''` is the event itself. */
export type FieldParent = '' | (typeof EVENT_OBJECTS)[number]

/** The parent of a field, and its key there. */
export function placeOf({ path }: Pick<EventField, 'path'>): readonly [FieldParent, string] {
  const [parent = '', key] = path.slice(1).split('/')
  return key === undefined ? ['', parent] : [parent as FieldParent, key]
}

/** A key of an event or of an object in it, and the number of its field in the table. */
export interface FieldKey {
  readonly key: string
  readonly number: number
}

/** The fields of an object in the order of canonical JSON. */
export function keysIn(parent: FieldParent): readonly FieldKey[] {
  return EVENT_FIELDS.map((one, number) => ({ place: placeOf(one), number }))
    .filter(({ place }) => place[0] === parent)
    .map(({ place, number }) => ({ key: place[1], number }))
    .sort((left, right) => (left.key < right.key ? -1 : 1))
}
