import type { JsonValue } from '../../../core/event/event.ts'

/** JSON text that is written unchanged in place of a value. */
export class StoredJson {
  readonly text: string

  /** @param text valid JSON (RFC 8259). */
  constructor(text: string) {
    this.text = text
  }
}

/** A JSON value, parts of which may be text already. */
export type WrittenJson =
  | JsonValue
  | StoredJson
  | readonly WrittenJson[]
  | { readonly [key: string]: WrittenJson | undefined }

/** An object, parts of which may be text already. */
export type WrittenObject = { readonly [key: string]: WrittenJson | undefined }

/** The JSON text of a value. */
export function jsonText(value: WrittenJson): string {
  if (value instanceof StoredJson) return value.text
  if (typeof value !== 'object' || value === null || !holdsText(value)) return JSON.stringify(value)
  if (isList(value)) return `[${value.map(jsonText).join(',')}]`
  const members = Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : `${JSON.stringify(key)}:${jsonText(member)}`,
  )
  return `{${members.join(',')}}`
}

function holdsText(value: object): boolean {
  return Object.values(value).some(
    (member) =>
      member instanceof StoredJson ||
      (typeof member === 'object' && member !== null && holdsText(member)),
  )
}

function isList(value: object): value is readonly WrittenJson[] {
  return Array.isArray(value)
}
