import { createHash } from 'node:crypto'
import type { EventSource, JsonObject, Target } from '../core/event/event.ts'
import type { NewEvent } from '../core/event/new-event.ts'
import { redactText } from '../core/redaction/redact.ts'
import type { SourceName } from '../core/values/source-name.ts'
import type { SourceGap } from '../sources/watched-source.ts'

/** An event which records that others may be missing; its message is for people. */
export type GapEvent = NewEvent & { readonly message: string }

/** A part of a vendor's log that could not be read. */
export interface Gap {
  /** Identifies the gap, so that it is stored once. A list stands for the SHA-256 of its JSON. */
  readonly identity: string | readonly unknown[]
  /** Absent for the collector's own. */
  readonly source?: Partial<EventSource>
  readonly tenant?: string | undefined
  /** RFC 3339; absent for the time of storage. */
  readonly time?: string | undefined
  /** The log, or the part of the vendor's server. */
  readonly target: Target
  readonly message: string
  /** What was wrong with the answers; undefined when only the number of entries was. */
  readonly reason?: string | undefined
  readonly details: JsonObject
}

/** The event for a part of a log that could not be read. */
export function gapEvent(gap: Gap): GapEvent {
  const { identity, source, tenant, time, reason, details, ...fields } = gap
  const name = typeof identity === 'string' ? identity : sha256Of(JSON.stringify(identity))
  return {
    ...{ action: 'collector.gap', ...MISSING, ...fields },
    source: { ...source, eventId: `gap-${name}` },
    ...(tenant !== undefined && { tenant }),
    ...(time !== undefined && { time }),
    details: { ...details, ...(reason !== undefined && { reason }) },
  }
}

/** A reason in parentheses for the end of a message; empty without a reason. */
export function inBrackets(reason: string | undefined): string {
  return reason === undefined ? '' : ` (${reason})`
}

/** The event which records that events of a source may be lost for good. */
export function sourceGapEvent(
  { kind, name }: SourceName,
  { from, to, reason: stated }: SourceGap,
) {
  const reason = redactText(stated)
  return {
    ...{ action: 'source.gap', ...MISSING },
    target: { type: 'source', name: `${kind}/${name}` },
    message: `Events of ${kind}/${name} from ${from} to ${to} may be missing: ${reason}`,
    details: { source: { kind, name }, from, to, reason },
  } as const satisfies NewEvent
}

const MISSING = { level: 'warn', outcome: 'failure' } as const

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
