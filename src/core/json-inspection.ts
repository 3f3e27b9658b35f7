import { escapePointer } from './event-fields.ts'
import { DETAILS_DEPTH_MAX } from './limits.ts'

/** Something in a JSON value that no event may hold. */
export interface Finding {
  /** JSON pointer (RFC 6901) to it. */
  readonly path: string
  readonly expected: string
}

/**
 * Finds a number that is not finite (`1e400` reads as infinity) or nesting deeper than
 * `DETAILS_DEPTH_MAX` in an event's details. It must run before anything else walks the value.
 */
export function inspectDetails(details: object): Finding | undefined {
  return inspect(details, DETAILS_DEPTH_MAX) ? undefined : locate(details, isBadNumber)
}

/**
 * Finds a lone surrogate or a NUL in any text or key of a value. Neither survives all of the
 * systems that an event passes through, and UTF-8 cannot carry the first.
 */
export function textProblem(value: object): Finding | undefined {
  return locate(value, isBadText)
}

/** Whether all numbers are finite and nothing is nested deeper than `depthLeft`. */
function inspect(value: unknown, depthLeft: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  if (depthLeft === 0) return false
  if (Array.isArray(value)) return value.every((item) => inspect(item, depthLeft - 1))
  for (const member of Object.values(value)) if (!inspect(member, depthLeft - 1)) return false
  return true
}

type Judge = (value: unknown) => string | undefined

const isBadNumber: Judge = (value) =>
  typeof value === 'number' && !Number.isFinite(value) ? 'a number within a double' : undefined

const isBadText: Judge = (value) => {
  if (typeof value !== 'string') return undefined
  if (!value.isWellFormed()) return 'text without lone surrogates'
  return value.includes('\0') ? 'text without NUL characters' : undefined
}

/** The first place where `judge` objects, depth first; too deep nesting is an objection too. */
function locate(value: object, judge: Judge): Finding | undefined {
  const root = 'details' in value || 'tenant' in value ? '' : '/details'
  const search = (member: unknown, path: string, depth: number): Finding | undefined => {
    const expected = judge(member)
    if (expected !== undefined) return { path, expected }
    if (typeof member !== 'object' || member === null) return undefined
    if (depth > DETAILS_DEPTH_MAX + 1) {
      return { path: '/details', expected: `nesting of at most ${DETAILS_DEPTH_MAX} levels` }
    }
    for (const [key, inner] of Object.entries(member)) {
      const innerPath = `${path}/${escapePointer(key)}`
      const badKey = judge(key)
      if (badKey !== undefined) return { path, expected: `keys of ${badKey}` }
      const found = search(inner, innerPath, depth + 1)
      if (found !== undefined) return found
    }
    return undefined
  }
  return search(value, root, root === '' ? 0 : 1)
}
