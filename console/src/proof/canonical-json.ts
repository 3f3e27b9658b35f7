import { canonicalJson } from '../../../src/core/event/canonical-json.ts'

/** What the ledger's leaf of an event is the hash of: its canonical JSON without `seq`. */
export function canonicalEvent(event: { readonly seq: number }): string {
  const { seq: _position, ...rest } = event
  return canonicalJson(rest)
}
