import { isMembers } from '../../core/json/json.ts'
import type { InputValue } from '../../core/json/json-values.ts'
import { OWN_SOURCE_KIND } from '../../core/values/source-name.ts'

/** Members that a ledger adds to an event. */
const ADDED_MEMBERS = /"(?:received|seq)"/

/** What `send` does with an event of its input. */
export type Sendable =
  | { readonly kind: 'event'; readonly value: InputValue }
  /** Another installation's record of itself, which must not be sent to another ledger. */
  | { readonly kind: 'own' }

/**
 * Prepares an event of the input for the server. An exported event loses `received` and `seq`,
 * which its original ledger added; its id stays, so that sending it again stores nothing twice. Any
 * other text is sent unchanged, including the notation of its numbers.
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
  // An exported event is canonical JSON, so parsing and serializing changes nothing else.
  const { received: _received, seq: _seq, ...rest } = event
  return { kind: 'event', value: { ...value, text: JSON.stringify(rest) } }
}

/** Only exported events have both; the server rejects a sender's own mistake. */
function isExported(event: Readonly<Record<string, unknown>>): boolean {
  return typeof event['received'] === 'string' && typeof event['seq'] === 'number'
}
