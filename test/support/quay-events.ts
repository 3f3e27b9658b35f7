import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../src/core/event/event.ts'
import type { NewEvent } from '../../src/core/event/new-event.ts'
import { canonicalIp } from '../../src/core/values/ip-address.ts'
import { QUAY_KINDS } from '../../src/dialects/quay/entries/kinds.ts'

/** Namespaces, repositories and performers of generated events. */
export const NAMESPACES = ['acme', 'beta', 'carol'] as const
export const REPOSITORIES = ['app', 'team/api'] as const
const PERFORMERS = ['alice', 'carol', 'acme+deploy', undefined] as const

/** A text that an event can hold. */
const text = fc
  .string({ unit: 'grapheme', maxLength: 24 })
  .filter((value) => value.isWellFormed() && !value.includes('\0'))

const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
)

const value: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(text, scalar, { maxKeys: 3 }) },
)

/**
 * An event as an entry of a Quay is, of any kind, at one of few seconds of a time range: so many
 * have equal times, on the wire and in the ledger.
 *
 * @param seconds the seconds since the epoch to pick from.
 */
export function quayEvent(seconds: readonly number[], kinds = QUAY_KINDS): fc.Arbitrary<NewEvent> {
  return fc
    .record({
      kind: fc.constantFrom(...kinds),
      second: fc.constantFrom(...seconds),
      micros: fc.integer({ min: 0, max: 999_999 }),
      namespace: fc.constantFrom(...NAMESPACES),
      repository: fc.constantFrom(...REPOSITORIES, undefined),
      performer: fc.constantFrom(...PERFORMERS),
      ip: fc.option(fc.oneof(fc.ipV4(), fc.ipV6()), { nil: undefined }),
      extra: fc.array(value, { minLength: 1, maxLength: 4 }),
    })
    .map(({ kind, second, micros, namespace, repository, performer, ip, extra }) => {
      const keys = ['id', ...kind.metadata.filter((key) => key !== 'repo' && key !== 'namespace')]
      const members = extra.map((member, at): [string, JsonValue] => [keys[at] ?? `x${at}`, member])
      const details: JsonObject = {
        ...Object.fromEntries(members),
        namespace,
        ...(repository !== undefined && { repo: repository }),
      }
      const address = ip === undefined ? undefined : canonicalIp(ip)
      return {
        action: kind.action,
        nativeAction: kind.kind,
        outcome: kind.isFailure ? 'failure' : 'success',
        time: new Date(second * 1000).toISOString().replace('000Z', '').concat(sixDigits(micros)),
        actor:
          performer === undefined
            ? null
            : { name: performer, kind: performer.includes('+') ? 'robot' : 'user' },
        target: { namespace, ...(repository !== undefined && { repository }) },
        ...(address !== undefined && { client: { ip: address } }),
        details,
      }
    })
}

/** One event of each kind that a Quay knows. */
export function everyKind(second: number): readonly NewEvent[] {
  return QUAY_KINDS.map((kind, at) => ({
    action: kind.action,
    nativeAction: kind.kind,
    outcome: kind.isFailure ? 'failure' : 'success',
    time: new Date((second + Math.floor(at / 3)) * 1000).toISOString(),
    actor: { name: 'alice', kind: 'user' },
    target: { namespace: 'acme', repository: 'app' },
    details: Object.fromEntries([
      ['namespace', 'acme'],
      ['repo', 'app'],
      ...kind.metadata.map((key) => [
        key,
        key === 'repo' ? 'app' : key === 'namespace' ? 'acme' : `the ${key}`,
      ]),
    ]),
  }))
}

function sixDigits(micros: number): string {
  return `${String(micros).padStart(6, '0')}Z`
}
