import { boundedBody } from '../../core/bounded-body.ts'
import { noAnswerReason } from '../../core/no-answer.ts'
import { readTimeStamp, type TimeStamp, TimeStampError, timeStampQuery } from './time-stamp.ts'

/** Longest wait for a whole reply, in milliseconds. */
const REPLY_MS_MAX = 30_000
/** Largest reply, in bytes: a token with the certificates of its authority. */
const REPLY_BYTES_MAX = 64 * 1024

/** A time stamp with the reply that proves it. */
export interface ObtainedTimeStamp extends TimeStamp {
  /** TimeStampResp, DER. */
  readonly reply: Uint8Array
}

/**
 * Requests a time stamp of some bytes; the authority gets only their hash (RFC 3161 section 3.4).
 * The reply is verified, but not whether the authority is a good one. Redirects are not followed.
 *
 * @throws TimeStampError when there is no valid reply; as `signal` does.
 */
export async function requestTimeStamp(
  url: string,
  bytes: Uint8Array,
  { userAgent, signal }: { readonly userAgent: string; readonly signal: AbortSignal },
): Promise<ObtainedTimeStamp> {
  const { query, nonce } = await timeStampQuery(bytes)
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/timestamp-query', 'User-Agent': userAgent },
    body: Buffer.from(query),
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(REPLY_MS_MAX)]),
  }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw new TimeStampError(noAnswerReason(error), { cause: error })
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new TimeStampError(`it answered ${response.status}`)
  }
  const { bytes: reply, isWhole } = await boundedBody(response, REPLY_BYTES_MAX)
  if (!isWhole) throw new TimeStampError(`its reply has more than ${REPLY_BYTES_MAX} bytes`)
  return { ...(await readTimeStamp(reply, { bytes, nonce })), reply }
}
