/** One limit, as docs/reference/limits.md shows it. */
export interface Limit {
  readonly what: string
  /** Names of the constants in the program, or the key of the setting. */
  readonly name: string
  readonly value: string
  /** What a client is answered that meets it. */
  readonly answer: string
}

/** The limits that belong together. */
export interface LimitSection {
  readonly title: string
  readonly limits: readonly Limit[]
}

const KIBIBYTE = 1024
const MEBIBYTE = 1024 * KIBIBYTE
const GIBIBYTE = 1024 * MEBIBYTE

/** A number with its unit. */
export const count = (value: number, unit: string) => `${value.toLocaleString('en-US')} ${unit}`

/** A size in the largest unit that divides it. */
export function bytes(value: number): string {
  if (value % GIBIBYTE === 0) return `${value / GIBIBYTE} GiB`
  if (value % MEBIBYTE === 0) return `${value / MEBIBYTE} MiB`
  return value % KIBIBYTE === 0 ? `${value / KIBIBYTE} KiB` : count(value, 'bytes')
}

/** A time in the largest unit that divides it at least twice, given in milliseconds. */
export function duration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const
  const unit = units.find(([, unitMs]) => ms >= 2 * unitMs && ms % unitMs === 0)
  return unit === undefined ? `${ms} ms` : `${ms / unit[1]} ${unit[0]}`
}

interface Shares {
  readonly callerMax: number
  readonly tenantMax: number
  readonly allMax: number
}

/** What one token, one tenant and all may have. */
export const shares = ({ callerMax, tenantMax, allMax }: Shares) =>
  `${callerMax} of a token, ${tenantMax} of a tenant, ${count(allMax, 'in all')}`

// Answers and units that several lines share.
export const TOO_LARGE = '413 `request.too-large`'
export const INVALID_EVENT = '400 `event.invalid`, with the path'
export const INVALID = '400 `request.invalid`, with the parameter'
export const TOO_MANY = '429 `request.too-many`, Retry-After'
export const OVERLOADED = '429 `ledger.overloaded`, Retry-After'
export const REQUEST_DENIED = 'Docker is told to deny it, with what to do'
export const UTF16 = 'UTF-16 units'

/** A line of the table. */
export function row(what: string, name: string, value: string, answer: string): Limit {
  return { what, name, value, answer }
}
