import type { Draft } from '../../core/event/draft.ts'
import { FIELD_NUMBER } from '../../core/event/field-keys.ts'
import type { EventName } from '../event-writer.ts'
import { type Fingerprint, FingerprintHasher } from './fingerprint-set.ts'

/** A draft that its sender named, with the fingerprint of the name. */
export interface NamedDraft {
  readonly draft: Draft
  readonly fingerprint: Fingerprint
}

/** The texts of a name. None of them can hold a NUL, so with NULs between them they are one. */
const NAME = [
  FIELD_NUMBER['/tenant'],
  FIELD_NUMBER['/source/kind'],
  FIELD_NUMBER['/source/name'],
  FIELD_NUMBER['/source/eventId'],
] as const

/** The text whose fingerprint stands for the name of a stored event. */
export function storedNameText(name: EventName): string {
  return `${name.tenant}\0${name.sourceKind}\0${name.sourceName}\0${name.eventId}`
}

/**
 * Named drafts, each name once. It is looked up by fingerprint and compared byte by byte, so that
 * no text has to be made of a name: a map from texts costs five times as much.
 */
export class DraftNames<Named extends NamedDraft> {
  readonly #byKey = new Map<number, Named | readonly Named[]>()

  /** Adds a draft, unless one of the same name is there: then it answers that one. */
  addOrFind(named: Named): Named | undefined {
    const key = keyOf(named)
    const there = this.#byKey.get(key)
    if (there === undefined) {
      this.#byKey.set(key, named)
      return undefined
    }
    const sameKey = listOf(there)
    const found = sameKey.find(({ draft }) => haveSameName(draft, named.draft))
    if (found === undefined) this.#byKey.set(key, [...sameKey, named])
    return found
  }

  remove(named: Named): void {
    const key = keyOf(named)
    const there = this.#byKey.get(key)
    if (there === undefined) return
    const others = listOf(there).filter((other) => other !== named)
    if (others.length === 0) this.#byKey.delete(key)
    else this.#byKey.set(key, others)
  }
}

const NUL = new Uint8Array(1)
const HASHER = new FingerprintHasher()

/** The fingerprint of `storedNameText` of the draft's name. */
export function namedFingerprint(draft: Draft): Fingerprint {
  for (const number of NAME) {
    if (number !== FIELD_NUMBER['/tenant']) HASHER.add(NUL)
    HASHER.add(draft.bytes, draft.startOf(number), draft.endOf(number))
  }
  return HASHER.finish()
}

/** All bits of a fingerprint that an exact number has room for. */
function keyOf({ fingerprint }: NamedDraft): number {
  return fingerprint.high * 2 ** 21 + (fingerprint.low >>> 11)
}

function listOf<Item extends object>(items: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(items) ? items : [items as Item]
}

/** Whether two drafts have the same name, byte by byte. */
export function haveSameName(left: Draft, right: Draft): boolean {
  return NAME.every((number) => {
    const [start, end] = [left.startOf(number), left.endOf(number)]
    const [otherStart, otherEnd] = [right.startOf(number), right.endOf(number)]
    return left.bytes.compare(right.bytes, otherStart, otherEnd, start, end) === 0
  })
}
