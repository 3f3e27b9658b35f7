import { createHash } from 'node:crypto'
import { type Draft, draftOf } from '../event/draft.ts'
import type { Event, JsonObject } from '../event/event.ts'
import type { Reception } from '../event/new-event.ts'
import { jsonBytes, type Members } from '../json/json.ts'
import { deepJsonText } from '../json/json-excerpt.ts'
import { EVENT_BYTES_MAX } from '../limits.ts'
import { FieldReader } from './field-reader.ts'
import type { Finding } from './json-inspection.ts'
import { canonicalText, isOverSize, readEvent, withAsSent } from './parse-event.ts'
import { recordableMembers } from './recordable-json.ts'

/** Space for all fields except `details`, in bytes of JSON; the rest is for `details`. */
const FIELDS_BYTES_MAX = Math.floor(EVENT_BYTES_MAX / 2)
/** Bytes of `,"details":` in an event. */
const DETAILS_KEY_BYTES = 11
/** Texts that must stay in place, whatever their size. */
const NEEDED_TEXTS = new Set(['/tenant', '/id', '/time'])

/**
 * Parses an event from a source or a collector, with the checks of `parseNewEvent`. An invalid
 * field never costs the event: a value that fails a check is kept as it was sent in
 * `details.asSent`, under the JSON pointer of its place. The result is always an event, unless its
 * action is invalid.
 *
 * In texts and keys of `details`, U+FFFD replaces what no event can hold. Details and values
 * without enough space are cut to an excerpt, see `as-sent.ts`. An invalid id still recognizes a
 * sender's retry: its SHA-256 is used instead.
 *
 * @throws Fault `event.invalid` when the value is not an object or has no valid action.
 */
export function parseReportedEvent(value: unknown, reception: Reception): Draft {
  const event = readReportedEvent(value, reception)
  return draftOf(event, canonicalText(event))
}

/** The event of `parseReportedEvent`, for callers that pass it on. Throws in the same cases. */
export function readReportedEvent(value: unknown, reception: Reception): Event {
  const leftOut = new Set<string>()
  for (;;) {
    const reader = new LenientReader(leftOut)
    const event = readEvent(reader, value, reception)
    if (reader.asSent.size === 0 && !isOverSize(canonicalText(event))) return event
    const fieldsBytes = jsonBytes({ ...event, details: undefined })
    const longest = fieldsBytes > FIELDS_BYTES_MAX ? reader.longestText() : undefined
    if (longest === undefined) {
      return withAsSent(event, reader.asSent, EVENT_BYTES_MAX - fieldsBytes - DETAILS_KEY_BYTES)
    }
    // A few texts can exceed an event in JSON, so the longest of them moves to the details.
    leftOut.add(longest)
  }
}

/** Keeps what it rejects, so that the event remains valid. */
class LenientReader extends FieldReader {
  readonly #leftOut: ReadonlySet<string>
  readonly #texts = new Map<string, string>()

  /** @param leftOut paths of texts that are rejected because all texts together are too long. */
  constructor(leftOut: ReadonlySet<string>) {
    super()
    this.#leftOut = leftOut
  }

  override refuse(path: string, _expected: string, value: unknown): undefined {
    this.#texts.delete(path)
    if (value !== undefined) this.asSent.set(path, value)
    return undefined
  }

  override text(path: string, value: unknown, lengthMax?: number): string | undefined {
    if (this.#leftOut.has(path)) return this.refuse(path, 'a shorter text', value)
    const text = super.text(path, value, lengthMax)
    if (text !== undefined) this.#texts.set(path, text)
    return text
  }

  override nameOfRefused(path: string): string | undefined {
    if (!this.asSent.has(path)) return undefined
    const sha256 = createHash('sha256')
      .update(deepJsonText(this.asSent.get(path)))
      .digest('hex')
    return `sha256:${sha256}`
  }

  /** Path of the largest text among those that an event can do without. */
  longestText(): string | undefined {
    let longest: { readonly path: string; readonly bytes: number } | undefined
    for (const [path, text] of this.#texts) {
      const bytes = jsonBytes(text)
      if (NEEDED_TEXTS.has(path) || bytes <= (longest?.bytes ?? 0)) continue
      longest = { path, bytes }
    }
    return longest?.path
  }

  protected override oddDetails(details: Members, finding: Finding): JsonObject | undefined {
    return finding.isReplaceable ? recordableMembers(details) : super.oddDetails(details, finding)
  }
}
