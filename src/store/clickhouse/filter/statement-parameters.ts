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
 * Collects the values of a statement while its text is put together: `add` keeps a value and
 * answers the placeholder that stands for it.
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

  /** A moment, given in microseconds since the epoch, as a DateTime64(6, 'UTC'). */
  addTime(micros: number): string {
    return `fromUnixTimestamp64Micro(${this.add('Int64', micros)}, 'UTC')`
  }
}
