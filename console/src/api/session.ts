import { ApiProblem } from './api-problem.ts'
import { requestJson } from './request.ts'
import { announceToOtherTabs } from './signed-out.ts'

/** Who is signed in. */
export interface Session {
  readonly user: {
    readonly id: string
    readonly name: string
    readonly tenant: string | null
    readonly kind: string
  }
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly tenant: string | null
  readonly hasPassword: boolean
  readonly expiresAt: string
}

/** What a user signs in with. */
export type Credentials =
  | { readonly name: string; readonly password: string; readonly tenant?: string }
  | { readonly token: string }

const PATH = '/v1/session'

/** The session of this browser; null before a sign-in. */
export async function readSession(signal?: AbortSignal): Promise<Session | null> {
  try {
    const options = signal === undefined ? {} : { signal }
    return await requestJson<Session>(PATH, { isSignIn: true, ...options })
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return null
    throw error
  }
}

/** @throws ApiProblem 401 for wrong credentials, 429 after too many attempts. */
export async function signIn(credentials: Credentials): Promise<Session> {
  const session = await requestJson<Session>(PATH, {
    method: 'POST',
    body: credentials,
    isSignIn: true,
  })
  announceToOtherTabs()
  return session
}

/** Ends this session, or all of the user's. */
export async function signOut(isEverywhere: boolean): Promise<void> {
  await requestJson(isEverywhere ? '/v1/sessions' : PATH, { method: 'DELETE' })
  announceToOtherTabs()
}

/** Sets the password of the signed-in user. All sessions end, and a new one begins. */
export function setPassword(password: string, current?: string): Promise<Session> {
  const body = { password, ...(current !== undefined && { currentPassword: current }) }
  return requestJson(`${PATH}/password`, { method: 'PUT', body, isSignIn: true })
}
