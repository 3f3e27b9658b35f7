import type { ParameterValue } from '../connection/connection.ts'

/** Types of parameters that statements use. */
type ParameterType =
  | 'String'
  | 'Int64'
  | 'UInt64'
  | 'UUID'
  | 'Array(String)'
  | 'Array(Int64)'
  | 'Array(UInt64)'
  | 'Array(UUID)'

/**
 * Collects the parameters of a statement while its text is composed: `add` stores a value and
 * returns its placeholder.
 */
export class StatementParameters {
  readonly values: Record<string, ParameterValue> = {}
  #count = 0

  add(type: ParameterType, value: ParameterValue): string {
    const name = `p${this.#count}`
    this.#count += 1
    this.values[name] = value
    return `{${name}:${type}}`
  }

  /** A time in microseconds since the epoch, as a DateTime64(6, 'UTC'). */
  addTime(micros: number): string {
    return `fromUnixTimestamp64Micro(${this.add('Int64', micros)}, 'UTC')`
  }
}
