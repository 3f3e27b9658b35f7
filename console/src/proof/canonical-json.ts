/** RFC 8785 canonical JSON of a parsed JSON value: members in the order of their UTF-16 units. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

/** What the ledger's leaf of an event is the hash of: its canonical JSON without `seq`. */
export function canonicalEvent(event: { readonly seq: number }): string {
  const { seq: _position, ...rest } = event
  return canonicalJson(rest)
}
