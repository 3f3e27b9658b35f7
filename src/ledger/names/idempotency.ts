import { Fault } from '../../core/errors.ts'
import type { Append, AppendRequest, AppendResult, IdempotencyKey } from '../append/append.ts'
import type { EventWriter, KnownRequest } from '../event-writer.ts'
import type { AcceptedNames } from './accepted-names.ts'
import type { DuplicateFilter } from './duplicate-filter.ts'
import { fingerprintOf } from './fingerprint-set.ts'

/** What is asked whether a key was used before. */
export interface IdempotencyOptions {
  readonly filter: DuplicateFilter
  readonly accepted: AcceptedNames
  readonly writer: EventWriter
  /** Resolves when the first `size` events are durable where senders rely on it. */
  readonly whenDurable: (size: number) => Promise<void>
}

interface Storing {
  readonly bodySha256: string
  readonly result: Promise<AppendResult>
}

/**
 * Makes requests with an Idempotency-Key repeatable: the second one with a key stores nothing and
 * gets the first one's answer. The key is stored with the events themselves, in the same atomic
 * insert, so that no crash can part them.
 */
export function withIdempotency(append: Append, options: IdempotencyOptions): Append {
  const storing = new Map<string, Storing>()

  const appendOnce = async (request: AppendRequest, key: IdempotencyKey) => {
    const earlier = await findEarlier(key, options)
    return earlier === undefined ? append(request) : replay(earlier, request)
  }

  return async (request) => {
    const key = request.idempotency
    if (key === undefined) return append(request)
    const keyText = requestKeyText(key.tenant, key.key)
    const sameKey = storing.get(keyText)
    if (sameKey !== undefined) {
      refuseOtherBody(sameKey.bodySha256, key)
      return { ...(await sameKey.result), replayed: true }
    }
    const result = appendOnce(request, key)
    storing.set(keyText, { bodySha256: key.bodySha256, result })
    try {
      return await result
    } finally {
      storing.delete(keyText)
    }
  }
}

/** One text for one key of one tenant; three NULs, so that no event's name is equal to it. */
export function requestKeyText(tenant: string, key: string): string {
  return `${tenant}\0\0\0${key}`
}

interface EarlierRequest {
  readonly accepted: number
  readonly first: number
  readonly last: number
}

async function findEarlier(
  key: IdempotencyKey,
  { filter, accepted, writer, whenDurable }: IdempotencyOptions,
): Promise<EarlierRequest | undefined> {
  const pending = await accepted.findRequest(key.tenant, key.key)
  if (pending !== undefined) {
    refuseOtherBody(pending.bodySha256, key)
    await whenDurable(pending.lastSeq + 1)
    return earlierOf(pending)
  }
  const isForgetful = filter.horizonMicros !== undefined
  if (!isForgetful && !filter.has(fingerprintOf(requestKeyText(key.tenant, key.key)))) {
    return undefined
  }
  const known = await writer.findRequest(key.tenant, key.key)
  if (known === undefined) return undefined
  refuseOtherBody(known.bodySha256, key)
  return earlierOf(known)
}

function earlierOf({ count, firstSeq, lastSeq }: KnownRequest): EarlierRequest {
  return { accepted: count, first: firstSeq, last: lastSeq }
}

function replay(earlier: EarlierRequest, request: AppendRequest): AppendResult {
  return { ...earlier, duplicates: request.drafts.length - earlier.accepted, replayed: true }
}

function refuseOtherBody(bodySha256: string, key: IdempotencyKey): void {
  if (bodySha256 === key.bodySha256) return
  throw new Fault('idempotency.reused', { detail: 'use a new key for a new request' })
}
