/** Why a request got no answer, in words for people: a code of the network where there is one. */
export function noAnswerReason(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'TimeoutError') return 'no answer in time'
    if ('code' in cause && typeof cause.code === 'string') return `no answer: ${cause.code}`
    if (cause.cause === undefined) return `no answer: ${cause.message}`
  }
  return 'no answer'
}
