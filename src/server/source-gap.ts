import type { NewEvent } from '../core/new-event.ts'
import { redactText } from '../core/redaction/redact.ts'
import type { SourceGap } from '../sources/watched-source.ts'

/** The event which says that a source may have had others that nobody can read any more. */
export function gapEvent(
  { kind, name }: { readonly kind: string; readonly name: string },
  { from, to, reason: stated }: SourceGap,
) {
  const reason = redactText(stated)
  return {
    action: 'source.gap',
    level: 'warn',
    outcome: 'failure',
    target: { type: 'source', name: `${kind}/${name}` },
    message: `Events of ${kind}/${name} from ${from} to ${to} may be missing: ${reason}`,
    details: { source: { kind, name }, from, to, reason },
  } as const satisfies NewEvent
}
