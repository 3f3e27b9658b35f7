import { cutText } from '../cut-text.ts'
import type { Problem } from '../errors.ts'
import type { JsonObject } from '../event/event.ts'
import { isMembers, type Members } from '../json/json.ts'
import { escapePointer } from '../json/json-pointer.ts'
import { NAME_LENGTH_MAX, PROBLEMS_NAMED_MAX } from '../limits.ts'
import { addressWithoutZone, canonicalIp } from '../values/ip-address.ts'
import { textObjection } from '../values/recordable-text.ts'
import { type Finding, inspectDetails } from './json-inspection.ts'

/** Longest JSON pointer that a problem repeats, in UTF-16 units; longer than any field's name. */
const SHOWN_PATH_LENGTH_MAX = 2 * NAME_LENGTH_MAX

/**
 * Reads the fields of one event and collects the problems, each with its path.
 *
 * `refuse` decides what happens to an invalid field; here it is a problem of the event.
 */
export class FieldReader {
  readonly problems: Problem[] = []
  /** Values for `details.asSent`, by the JSON pointer of the place where they were sent. */
  readonly asSent = new Map<string, unknown>()
  readonly #index: number | undefined

  /** @param index position in a batch, from 0; undefined outside batches. */
  constructor(index?: number) {
    this.#index = index
  }

  /** Notes a problem, for which the event is rejected; always returns undefined. */
  problem(path: string, expected: string): undefined {
    const isLong = path.length > SHOWN_PATH_LENGTH_MAX
    const shown = isLong ? `${cutText(path, SHOWN_PATH_LENGTH_MAX)}…` : path
    this.problems.push(
      this.#index === undefined
        ? { path: shown, expected }
        : { index: this.#index, path: shown, expected },
    )
    return undefined
  }

  /** Rejects the value of a field; always returns undefined, as if it had been left out. */
  refuse(path: string, expected: string, _value: unknown): undefined {
    return this.problem(path, expected)
  }

  /** The text that can name an event whose field at `path` was rejected; never here. */
  nameOfRefused(_path: string): string | undefined {
    return undefined
  }

  /** An optional text: undefined when it is absent, null or empty. */
  text(path: string, value: unknown, lengthMax = NAME_LENGTH_MAX): string | undefined {
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value !== 'string') return this.refuse(path, 'a string', value)
    if (value.length > lengthMax) return this.refuse(path, `at most ${lengthMax} characters`, value)
    const objection = textObjection(value)
    return objection === undefined ? value : this.refuse(path, objection, value)
  }

  /** An optional text that is one of `values`. */
  oneOf<Value extends string>(
    path: string,
    value: unknown,
    values: readonly Value[],
  ): Value | undefined {
    if (value === undefined || value === null || value === '') return undefined
    const found = values.find((candidate) => candidate === value)
    return found ?? this.refuse(path, `one of ${values.join(', ')}`, value)
  }

  /**
   * An optional IPv4 or IPv6 address without a port. A zone (`fe80::1%eth0`) names an interface of
   * the machine that saw the address, so it is kept only as it was sent.
   */
  ip(path: string, value: unknown): string | undefined {
    const text = this.text(path, value)
    if (text === undefined) return undefined
    const address = canonicalIp(text)
    if (address !== undefined) return address
    const zoneless = addressWithoutZone(text)
    if (zoneless === undefined) {
      return this.refuse(path, 'an IPv4 or IPv6 address without a port', text)
    }
    this.asSent.set(path, text)
    return zoneless
  }

  /** An optional text that matches a pattern. */
  matching(path: string, value: unknown, form: { pattern: RegExp; expected: string }) {
    const text = this.text(path, value)
    if (text === undefined || form.pattern.test(text)) return text
    return this.refuse(path, form.expected, text)
  }

  /** Rejects each member of an object that is not one of `names`. */
  knownFields(path: string, value: Members, names: ReadonlySet<string>): void {
    for (const key in value) {
      if (names.has(key)) continue
      this.refuse(`${path}/${escapePointer(key)}`, unknownField(names), value[key])
      if (this.problems.length >= PROBLEMS_NAMED_MAX) return
    }
  }

  /** An optional object without members other than `names`; undefined when absent or null. */
  members(path: string, value: unknown, names: ReadonlySet<string>): Members | undefined {
    if (value === undefined || value === null) return undefined
    if (!isMembers(value)) return this.refuse(path, 'an object', value)
    this.knownFields(path, value, names)
    return value
  }

  /** The vendor's own fields: any object that can be walked and serialized. */
  details(value: unknown): JsonObject | undefined {
    if (value === undefined || value === null) return undefined
    if (!isMembers(value)) return this.refuse('/details', 'an object', value)
    const finding = inspectDetails(value)
    return finding === undefined ? (value as JsonObject) : this.oddDetails(value, finding)
  }

  /** What is kept of details with invalid parts; nothing here. */
  protected oddDetails(details: Members, { path, expected }: Finding): JsonObject | undefined {
    return this.refuse(path, expected, details)
  }
}

/** The message for an unknown field. */
function unknownField(names: ReadonlySet<string>): string {
  return `no such field; the fields here are ${[...names].join(', ')}`
}
