import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { readSession, type Session } from '../api/session.ts'
import { onSessionChange } from '../api/signed-out.ts'

/** The key of the session in the cache. */
export const SESSION_KEY = ['session'] as const

/** The session of the browser: undefined until it is known, null when no user is signed in. */
export function useSession(): {
  readonly session: Session | null | undefined
  readonly error: unknown
  readonly retry: () => void
} {
  const client = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: SESSION_KEY,
    queryFn: ({ signal }) => readSession(signal),
  })
  useEffect(
    () => onSessionChange(() => void client.invalidateQueries({ queryKey: SESSION_KEY })),
    [client],
  )
  return { session: data, error, retry: () => void refetch() }
}

/**
 * Shows a session in this tab, or for null the sign-in form, and forgets all that another user may
 * have read here. The entry of the session stays: the page looks at that one, and would not notice
 * another in its place.
 */
export function replaceSession(client: QueryClient, session: Session | null): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] })
  client.setQueryData(SESSION_KEY, session)
}

/** The session inside pages, which are shown only to a signed-in user. */
export function useSignedIn(): Session {
  const { session } = useSession()
  if (!session) throw new Error('a page was shown without a session')
  return session
}
