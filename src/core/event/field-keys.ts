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

/** The objects in an event that contain fields, by key. */
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

/** The fields of an object in the order of the table. */
export function fieldsIn(
  parent: FieldParent,
): readonly (FieldKey & { readonly field: EventField })[] {
  return EVENT_FIELDS.flatMap((field: EventField, number) => {
    const [of, key] = placeOf(field)
    return of === parent ? [{ key, number, field }] : []
  })
}

/** The fields of an object in the order of canonical JSON. */
export function keysIn(parent: FieldParent): readonly FieldKey[] {
  return inKeyOrder(fieldsIn(parent).map(({ key, number }) => ({ key, number })))
}

/** An object in an event, with its fields in the order of canonical JSON. */
export interface ObjectKey {
  readonly key: (typeof EVENT_OBJECTS)[number]
  readonly members: readonly FieldKey[]
}

/** The members of an event in the order of canonical JSON. */
export const EVENT_MEMBERS: readonly (FieldKey | ObjectKey)[] = inKeyOrder([
  ...keysIn(''),
  ...EVENT_OBJECTS.map((key) => ({ key, members: keysIn(key) })),
])

/** Sorted by key, as in canonical JSON (RFC 8785, 3.2.3). */
export function inKeyOrder<Item extends { readonly key: string }>(
  items: readonly Item[],
): readonly Item[] {
  return [...items].sort((left, right) => (left.key < right.key ? -1 : 1))
}
