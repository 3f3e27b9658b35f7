import { Fault, invalidValue } from '../../core/errors.ts'
import {
  isOwnSourceKind,
  isSameSource,
  type OtherSources,
  parseSourceText,
  type SourceName,
  sourceText,
} from '../../core/values/source-name.ts'
import type { Principal } from './principal.ts'
import { hasScope, mayAdminister } from './visibility.ts'

/** Sources that one token may be bound to. */
export const TOKEN_SOURCES_MAX = 64

/** The source that a principal is over the API itself. */
export function ownSource({ name }: Principal): SourceName {
  return { kind: 'api', name }
}

/**
 * The other sources whose events a principal may state: those that its token names, or any for an
 * administrator whose token names none and has the scope `admin`.
 */
export function otherSources(principal: Principal): OtherSources {
  if (principal.sources !== undefined) return principal.sources
  return isAdministrator(principal) ? 'any' : []
}

/**
 * Refuses a delivery to the route of a source that the token is not bound to.
 *
 * @throws Fault `access.denied`. A token that is bound to no source may deliver to any route.
 */
export function requireDeliveryTo(principal: Principal, source: SourceName): void {
  const { sources } = principal
  if (sources === undefined || sources.some((one) => isSameSource(one, source))) return
  const named = sources.map(sourceText).join(', ')
  throw new Fault('access.denied', { detail: `the token is for the source ${named} alone` })
}

/** Whether a principal may move the position of a collector: its own, or as an administrator. */
export function mayMovePosition(principal: Principal, collector: SourceName): boolean {
  const { sources } = principal
  if (sources === undefined) return isAdministrator(principal)
  return sources.some((one) => isSameSource(one, collector))
}

/**
 * Reads the sources that a token is to be bound to, each once.
 *
 * @throws Fault `request.invalid` that names the path of each problem.
 */
export function readTokenSources(texts: readonly string[]): readonly SourceName[] {
  if (texts.length > TOKEN_SOURCES_MAX) {
    const expected = `at most ${TOKEN_SOURCES_MAX} sources`
    throw invalidValue('/sources', expected)
  }
  return [...new Set(texts)].map((text, index) => {
    const source = parseSourceText(text)
    if (source !== undefined && !isOwnSourceKind(source.kind)) return source
    const expected =
      source === undefined
        ? 'a source as `KIND/NAME`, such as distribution/reg1'
        : "another kind: waybill is Waybill's own"
    throw invalidValue(`/sources/${index}`, expected)
  })
}

function isAdministrator(principal: Principal): boolean {
  return mayAdminister(principal) && hasScope(principal, ['admin'])
}
