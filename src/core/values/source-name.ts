/** The kind of the source of events about Waybill itself; its name is the ledger's origin. */
export const OWN_SOURCE_KIND = 'waybill'

/** The source of an event, without the event's id in it. */
export interface SourceName {
  readonly kind: string
  readonly name: string
}

/** Sources that a sender may state in addition to its own: `any` except Waybill's, or a list. */
export type OtherSources = 'any' | readonly SourceName[]

/** `distribution/reg1`: a source in tokens, filters and command lines. */
export function sourceText({ kind, name }: SourceName): string {
  return `${kind}/${name}`
}

/**
 * Parses `KIND/NAME`; undefined for any other text. A kind is one lower-case word; a name has no
 * spaces or invisible characters.
 */
export function parseSourceText(text: string): SourceName | undefined {
  const { kind, name } = SOURCE_TEXT.exec(text)?.groups ?? {}
  return kind === undefined || name === undefined ? undefined : { kind, name }
}

/** Whether two sources are the same. */
export function isSameSource(left: SourceName, right: SourceName): boolean {
  return left.kind === right.kind && left.name === right.name
}

/** Whether a kind is Waybill's own, or only looks like it: `Waybill`, `waybill `. */
export function isOwnSourceKind(kind: string): boolean {
  if (kind === OWN_SOURCE_KIND) return true
  const letters = kind.normalize('NFKC').toLowerCase().replace(NOT_A_LETTER, '')
  return letters === OWN_SOURCE_KIND
}

/** What a sender may state instead of a source that it may not; undefined when it may. */
export function sourceProblem(
  stated: SourceName,
  own: SourceName,
  others: OtherSources = [],
): string | undefined {
  if (isSameSource(stated, own)) return undefined
  if (isOwnSourceKind(stated.kind)) return `any kind except ${OWN_SOURCE_KIND}, which is reserved`
  if (others === 'any' || others.some((other) => isSameSource(stated, other))) return undefined
  const named = others.map(sourceText).join(', ')
  return `${sourceText(own)}, or a source of the token: ${named || 'it has none'}`
}

const SOURCE_TEXT = /^(?<kind>[a-z][a-z0-9-]{0,63})\/(?<name>[^\s\p{C}/][^\s\p{C}]{0,254})$/u
const NOT_A_LETTER = /[^\p{L}\p{N}]/gu
