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

/** Room for all fields but `details`, in bytes of JSON; the rest is for `details`. */
const FIELDS_BYTES_MAX = Math.floor(EVENT_BYTES_MAX / 2)
/** Bytes of `,"details":` in an event. */
const DETAILS_KEY_BYTES = 11
/** Texts that have to stay where they are, whatever their size. */
const NEEDED_TEXTS = new Set(['/tenant', '/id', '/time'])

/**
 * Reads an event that a source or a collector reports, by the checks of `parseNewEvent`. One odd
 * field costs a field and never the event: what the checks refuse is kept, as it was sent, in
 * `details.asSent` under the JSON pointer of its place. An event is always made, unless its action
 * cannot be read.
 *
 * Texts and keys of `details` get U+FFFD in place of what no event can hold. Details and values
 * for which there is no room are cut to an excerpt, see `as-sent.ts`. An id that is none still
 * recognises a sender's retry: its SHA-256 names the event.
 *
 * @throws Fault `event.invalid` when the value is no object or has no action that can be read.
 */
export function parseReportedEvent(value: unknown, reception: Reception): Draft {
  const event = readReportedEvent(value, reception)
  return draftOf(event, canonicalText(event))
}

/** The event of `parseReportedEvent`, for those who send it on. Throws as that does. */
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
    // A few texts can be larger in JSON than an event: the longest of them goes to the details.
    leftOut.add(longest)
  }
}

/** Keeps what it refuses, so that the event stands without it. */
class LenientReader extends FieldReader {
  readonly #leftOut: ReadonlySet<string>
  readonly #texts = new Map<string, string>()

  /** @param leftOut paths of texts that are refused because all together are too long. */
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

  /** Path of the text that takes the most room of those that an event can do without. */
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
