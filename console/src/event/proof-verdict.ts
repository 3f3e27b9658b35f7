import { ApiProblem } from '../api/api-problem.ts'
import type { EventJson } from '../api/event.ts'
import { requestJson, requestText } from '../api/request.ts'
import { browserTrust } from '../proof/browser-trust.ts'
import type { Verdict } from '../proof/verify-event.ts'

/** Verifies an event with the server's proof. The code for it is fetched when first needed. */
export async function proofVerdict(event: EventJson, signal: AbortSignal): Promise<Verdict> {
  const { verifyEvent } = await import('../proof/verify-event.ts')
  const options = { signal }
  return verifyEvent(
    event,
    {
      proof: () => requestText(`/v1/events/${event.id}/proof`, options),
      keys: () => unlessDenied(requestText('/v1/ledger/key', options)),
      consistency: async (from, to) => {
        const path = `/v1/ledger/consistency?from=${from}&to=${to}`
        const found = await unlessDenied(requestJson<{ hashes: readonly string[] }>(path, options))
        return found?.hashes
      },
    },
    browserTrust(),
  )
}

async function unlessDenied<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 403) return undefined
    throw error
  }
}
