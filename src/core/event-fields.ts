import type { Problem } from './errors.ts'
import { canonicalIp } from './ip-address.ts'
import { NAME_LENGTH_MAX, PROBLEMS_NAMED_MAX } from './limits.ts'

/** The members of an object whose form is not known yet. */
export type Members = { readonly [key: string]: unknown }

/** Reads the fields of one event and collects what is wrong with them, each with its path. */
export class FieldReader {
  readonly problems: Problem[] = []
  readonly #index: number | undefined

  /** @param index which event of a batch is read, from 0; undefined outside of batches. */
  constructor(index: number | undefined) {
    this.#index = index
  }

  /** Notes a problem; answers undefined so that a reader can return it. */
  problem(path: string, expected: string): undefined {
    this.problems.push(
      this.#index === undefined ? { path, expected } : { index: this.#index, path, expected },
    )
    return undefined
  }

  /** An optional text: undefined when it is left out, null or empty. */
  text(path: string, value: unknown, lengthMax = NAME_LENGTH_MAX): string | undefined {
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value !== 'string') return this.problem(path, 'a string')
    if (value.length > lengthMax) return this.problem(path, `at most ${lengthMax} characters`)
    return value
  }

  /** An optional text that is one of `values`. */
  oneOf<Value extends string>(
    path: string,
    value: unknown,
    values: readonly Value[],
  ): Value | undefined {
    if (value === undefined || value === null || value === '') return undefined
    const found = values.find((candidate) => candidate === value)
    return found ?? this.problem(path, `one of ${values.join(', ')}`)
  }

  /** An optional IPv4 or IPv6 address without a port. */
  ip(path: string, value: unknown): string | undefined {
    const text = this.text(path, value)
    if (text === undefined) return undefined
    return canonicalIp(text) ?? this.problem(path, 'an IPv4 or IPv6 address without a port')
  }

  /** An optional text that matches a pattern. */
  matching(path: string, value: unknown, form: { pattern: RegExp; expected: string }) {
    const text = this.text(path, value)
    if (text === undefined || form.pattern.test(text)) return text
    return this.problem(path, form.expected)
  }

  /** Notes each member of an object that is not one of `names`. */
  knownFields(path: string, value: Members, names: ReadonlySet<string>): void {
    for (const key in value) {
      if (names.has(key)) continue
      this.problem(`${path}/${escapePointer(key)}`, unknownField(names))
      if (this.problems.length >= PROBLEMS_NAMED_MAX) return
    }
  }

  /** An optional object without other members than `names`; undefined when left out or null. */
  members(path: string, value: unknown, names: ReadonlySet<string>): Members | undefined {
    if (value === undefined || value === null) return undefined
    if (!isMembers(value)) return this.problem(path, 'an object')
    this.knownFields(path, value, names)
    return value
  }
}

/** Whether a value is a JSON object. */
export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What is expected in place of a field that no event has. */
function unknownField(names: ReadonlySet<string>): string {
  return `no such field; the fields here are ${[...names].join(', ')}`
}

/**
 * Writes a key as one segment of a JSON pointer (RFC 6901 section 3). No field has a name longer
 * than `NAME_LENGTH_MAX`: of a longer key an answer repeats only the beginning.
 */
export function escapePointer(key: string): string {
  const shown = key.length > NAME_LENGTH_MAX ? `${key.slice(0, NAME_LENGTH_MAX)}…` : key
  return shown.replaceAll('~', '~0').replaceAll('/', '~1')
}
