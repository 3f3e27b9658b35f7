import { isMembers, type Members } from '../json/json.ts'
import { escapePointer } from '../json/json-pointer.ts'
import { DETAILS_DEPTH_MAX, EVENT_BYTES_MAX } from '../limits.ts'
import { textObjection } from '../values/recordable-text.ts'

/** A part of a JSON value that no event may hold. */
export interface Finding {
  /** JSON pointer (RFC 6901) to it. */
  readonly path: string
  readonly expected: string
  /**
   * Whether it is a text or a number, which can be replaced; otherwise there is too much of
   * everything.
   */
  readonly isReplaceable: boolean
}

/**
 * Checks whether an event's details can be walked and serialized. It finds more text than an event
 * may have, nesting deeper than `DETAILS_DEPTH_MAX`, a number that is not finite, a text or a key
 * with a lone surrogate or a NUL. It must run before anything else walks the value.
 */
export function inspectDetails(details: object): Finding | undefined {
  switch (inspectJson(details, DETAILS_DEPTH_MAX)) {
    case 'fine':
      return undefined
    case 'odd':
      return locate(details, objectionTo)
    case 'size':
      return tooMuch(`an event of at most ${EVENT_BYTES_MAX} bytes`)
    default:
      return tooMuch(`nesting of at most ${DETAILS_DEPTH_MAX} levels`)
  }
}

/** `odd`: a text or a number that an event may not hold. */
export type Verdict = 'fine' | 'odd' | 'depth' | 'size'

/** Whether an event can hold a value with at most `depthMax` levels of objects and arrays. */
export function inspectJson(value: unknown, depthMax: number): Verdict {
  return new Inspection().inspect(value, depthMax)
}

function tooMuch(expected: string): Finding {
  return { path: '/details', expected, isReplaceable: false }
}

/** One walk over a value, which visits at most as many characters as an event has bytes. */
class Inspection {
  #charactersLeft = EVENT_BYTES_MAX

  inspect(value: unknown, depthLeft: number): Verdict {
    // Every value takes at least one character, so the canonical text is longer than this count.
    this.#charactersLeft -= typeof value === 'string' ? value.length : 1
    if (this.#charactersLeft < 0) return 'size'
    if (typeof value !== 'object' || value === null) {
      return objectionTo(value) === undefined ? 'fine' : 'odd'
    }
    if (depthLeft === 0) return 'depth'
    return isMembers(value)
      ? this.#inspectMembers(value, depthLeft - 1)
      : this.#inspectItems(value as readonly unknown[], depthLeft - 1)
  }

  #inspectItems(items: readonly unknown[], depthLeft: number): Verdict {
    let verdict: Verdict = 'fine'
    for (const item of items) {
      const found = this.inspect(item, depthLeft)
      if (found === 'odd') verdict = found
      else if (found !== 'fine') return found
    }
    return verdict
  }

  #inspectMembers(members: Members, depthLeft: number): Verdict {
    let verdict: Verdict = 'fine'
    for (const key in members) {
      this.#charactersLeft -= key.length
      const found = this.inspect(members[key], depthLeft)
      if (found !== 'fine' && found !== 'odd') return found
      if (found === 'odd' || textObjection(key) !== undefined) verdict = 'odd'
    }
    return verdict
  }
}

type Judge = (value: unknown) => string | undefined

const objectionTo: Judge = (value) => {
  if (typeof value === 'string') return textObjection(value)
  const isInfinite = typeof value === 'number' && !Number.isFinite(value)
  return isInfinite ? 'a number within a double' : undefined
}

/** The first problem that `judge` finds, depth first; too deep nesting is a problem too. */
function locate(details: object, judge: Judge): Finding | undefined {
  const search = (value: unknown, path: string, depth: number): Finding | undefined => {
    const expected = judge(value)
    if (expected !== undefined) return { path, expected, isReplaceable: true }
    if (typeof value !== 'object' || value === null) return undefined
    if (depth > DETAILS_DEPTH_MAX) return tooMuch(`nesting of at most ${DETAILS_DEPTH_MAX} levels`)
    for (const [key, inner] of Object.entries(value)) {
      const badKey = judge(key)
      if (badKey !== undefined) {
        return { path, expected: `keys of ${badKey}`, isReplaceable: true }
      }
      const found = search(inner, `${path}/${escapePointer(key)}`, depth + 1)
      if (found !== undefined) return found
    }
    return undefined
  }
  return search(details, '/details', 1)
}
