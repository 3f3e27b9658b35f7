import { FIELD_NUMBER } from '../../core/event/field-keys.ts'
import { type KnownRequest, REQUEST_NAME_KEY_OFFSET } from '../event-writer.ts'
import type { PlacedRequest, Tail } from '../tail.ts'
import { haveSameName, type NamedDraft, namedFingerprint } from './draft-names.ts'
import type { DuplicateFilter } from './duplicate-filter.ts'
import { type Fingerprint, fingerprintOf } from './fingerprint-set.ts'
import { requestKeyText } from './idempotency.ts'
import { PendingNames } from './pending-names.ts'

/**
 * The names of events and the Idempotency-Keys of requests that are accepted and not yet in the
 * store.
 */
export class AcceptedNames {
  readonly #names = new PendingNames()
  readonly #tail: Pick<Tail, 'requestAt' | 'firstSeq'>
  /** Requests that may be on disk or not. */
  #uncertain: readonly PlacedRequest[] = []

  constructor(tail: Pick<Tail, 'requestAt' | 'firstSeq'>) {
    this.#tail = tail
  }

  /** @param filter what else has to know the names: after a start, that of all events. */
  add(placed: PlacedRequest, filter?: DuplicateFilter): void {
    const { drafts, request, firstSeq } = placed
    const receivedMicros = drafts[0]?.receivedMicros ?? 0
    const addName = (name: Fingerprint, seq: number) => {
      this.#names.add(name, seq)
      filter?.add(name, receivedMicros)
    }
    for (const [index, draft] of drafts.entries()) {
      if (draft.deduplicate) addName(namedFingerprint(draft), firstSeq + index)
    }
    if (request === '') return
    addName(fingerprintOf(requestKeyText(tenantOf(placed), keyOf(placed))), firstSeq)
  }

  /** Keeps requests that will be on disk before any other. */
  addUncertain(placed: readonly PlacedRequest[]): void {
    for (const request of placed) this.add(request)
    this.#uncertain = placed
  }

  /** Says that those of `addUncertain` are accepted; false when there were none. */
  settled(): boolean {
    const wereUncertain = this.#uncertain.length > 0
    this.#uncertain = []
    return wereUncertain
  }

  /** Forgets what is before `seq`, which the store has. */
  forgetBefore(seq: number): void {
    this.#names.forgetBefore(seq)
  }

  /** Whether an event may have this name: if not, it has none. */
  mayHave({ fingerprint }: NamedDraft): boolean {
    return this.#names.find(fingerprint, this.#tail.firstSeq).length > 0
  }

  /** The seq of the event with this name. */
  async findEvent({ draft, fingerprint }: NamedDraft): Promise<number | undefined> {
    for (const seq of this.#names.find(fingerprint, this.#tail.firstSeq)) {
      const placed = await this.#requestAt(seq)
      const found = placed?.drafts[seq - placed.firstSeq]
      if (found !== undefined && haveSameName(found, draft)) return seq
    }
    return undefined
  }

  /** What the request with this key stored. */
  async findRequest(tenant: string, key: string): Promise<KnownRequest | undefined> {
    const name = fingerprintOf(requestKeyText(tenant, key))
    for (const seq of this.#names.find(name, this.#tail.firstSeq)) {
      const placed = await this.#requestAt(seq)
      if (placed === undefined || tenantOf(placed) !== tenant || keyOf(placed) !== key) continue
      const { firstSeq, drafts, request } = placed
      const bodySha256 = request.slice(0, REQUEST_NAME_KEY_OFFSET - 1)
      const count = drafts.length
      return { bodySha256, firstSeq, lastSeq: firstSeq + count - 1, count }
    }
    return undefined
  }

  async #requestAt(seq: number): Promise<PlacedRequest | undefined> {
    const uncertain = this.#uncertain.find(
      ({ firstSeq, drafts }) => firstSeq <= seq && seq < firstSeq + drafts.length,
    )
    return uncertain ?? this.#tail.requestAt(seq)
  }
}

function keyOf({ request }: PlacedRequest): string {
  return request.slice(REQUEST_NAME_KEY_OFFSET)
}

/** Keys are the sender's, whose tenant all events of a request have. */
function tenantOf({ drafts }: PlacedRequest): string {
  return drafts[0]?.text(FIELD_NUMBER['/tenant']) ?? ''
}
