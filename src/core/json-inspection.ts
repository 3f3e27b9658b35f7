import { escapePointer } from './event-fields.ts'
import { DETAILS_DEPTH_MAX, EVENT_BYTES_MAX } from './limits.ts'

/** Something in a JSON value that no event may hold. */
export interface Finding {
  /** JSON pointer (RFC 6901) to it. */
  readonly path: string
  readonly expected: string
}

/**
 * Finds what keeps an event's details from being walked or written: more text than an event may
 * have, nesting deeper than `DETAILS_DEPTH_MAX`, a number that is not finite (`1e400` reads as
 * infinity). It must run before anything else walks the value, and ends at the first objection.
 */
export function inspectDetails(details: object): Finding | undefined {
  const verdict = new Inspection().inspect(details, DETAILS_DEPTH_MAX)
  if (verdict === 'fine') return undefined
  if (verdict === 'number') return locate(details, isBadNumber)
  const expected =
    verdict === 'size'
      ? `an event of at most ${EVENT_BYTES_MAX} bytes`
      : `nesting of at most ${DETAILS_DEPTH_MAX} levels`
  return { path: '/details', expected }
}

/**
 * Finds a lone surrogate or a NUL in any text or key of a value. Neither survives all of the
 * systems that an event passes through, and UTF-8 cannot carry the first.
 */
export function textProblem(value: object): Finding | undefined {
  return locate(value, isBadText)
}

type Verdict = 'fine' | 'number' | 'depth' | 'size'

/** One walk over a value, which may look at no more characters than an event has bytes. */
class Inspection {
  #charactersLeft = EVENT_BYTES_MAX

  inspect(value: unknown, depthLeft: number): Verdict {
    // Every value takes a character at least, so the canonical text is longer than this count.
    this.#charactersLeft -= typeof value === 'string' ? value.length : 1
    if (this.#charactersLeft < 0) return 'size'
    if (typeof value === 'number') return Number.isFinite(value) ? 'fine' : 'number'
    if (typeof value !== 'object' || value === null) return 'fine'
    if (depthLeft === 0) return 'depth'
    return Array.isArray(value)
      ? this.#inspectItems(value, depthLeft - 1)
      : this.#inspectMembers(value as { readonly [key: string]: unknown }, depthLeft - 1)
  }

  #inspectItems(items: readonly unknown[], depthLeft: number): Verdict {
    for (const item of items) {
      const verdict = this.inspect(item, depthLeft)
      if (verdict !== 'fine') return verdict
    }
    return 'fine'
  }

  #inspectMembers(object: { readonly [key: string]: unknown }, depthLeft: number): Verdict {
    for (const key in object) {
      this.#charactersLeft -= key.length
      const verdict = this.inspect(object[key], depthLeft)
      if (verdict !== 'fine') return verdict
    }
    return 'fine'
  }
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
