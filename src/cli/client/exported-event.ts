import { isMembers } from '../../core/json/json.ts'
import type { InputValue } from '../../core/json/json-values.ts'
import { OWN_SOURCE_KIND } from '../../core/values/source-name.ts'

/** Members that a ledger adds to an event. */
const ADDED_MEMBERS = /"(?:received|seq)"/

/** What `send` makes of an event of its input. */
export type Sendable =
  | { readonly kind: 'event'; readonly value: InputValue }
  /** The other installation's record of itself, which another ledger must not claim. */
  | { readonly kind: 'own' }

/**
 * An event of the input as a server takes it. An exported one loses `received` and `seq`, which the
 * ledger that it came from added; its id stays, so sending it again stores nothing twice. Every
 * other text goes as it stands, with its numbers as they were written.
 */
export function sendable(value: InputValue): Sendable {
  const { text } = value
  if (!text.includes(`"${OWN_SOURCE_KIND}"`) && !ADDED_MEMBERS.test(text)) {
    return { kind: 'event', value }
  }
  const event: unknown = JSON.parse(text)
  if (!isMembers(event) || !isExported(event)) return { kind: 'event', value }
  const { source } = event
  if (isMembers(source) && source['kind'] === OWN_SOURCE_KIND) return { kind: 'own' }
  // An exported event is canonical JSON: what is parsed and written again is the same.
  const { received: _received, seq: _seq, ...rest } = event
  return { kind: 'event', value: { ...value, text: JSON.stringify(rest) } }
}

/** Nothing but an export has both; a sender's own mistake is refused by the server. */
function isExported(event: Readonly<Record<string, unknown>>): boolean {
  return typeof event['received'] === 'string' && typeof event['seq'] === 'number'
}
