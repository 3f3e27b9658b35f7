import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ApiProblem, describeError } from '../api/api-problem.ts'
import { type Credentials, signIn } from '../api/session.ts'
import { replaceSession } from './use-session.ts'

/** Signs in with credentials; `message` says why the last attempt failed. */
export function useSignIn(): {
  readonly send: (credentials: Credentials) => void
  readonly isSending: boolean
  readonly message: string | undefined
} {
  const client = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    mutationFn: signIn,
    onSuccess: (session) => replaceSession(client, session),
  })
  return { send: mutate, isSending: isPending, message: error === null ? undefined : why(error) }
}

function why(error: unknown): string {
  if (error instanceof ApiProblem && error.status === 401) {
    return 'The server does not accept these credentials.'
  }
  if (error instanceof ApiProblem && error.status === 429) {
    const { retryAfterSeconds } = error
    const when = retryAfterSeconds === undefined ? 'later' : `in ${retryAfterSeconds} s`
    return `Too many attempts. Try again ${when}.`
  }
  const { title, lines } = describeError(error)
  return [title, ...lines].join('. ')
}
