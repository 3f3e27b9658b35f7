import { boundedBody } from '../../../core/bounded-body.ts'
import { isMembers } from '../../../core/json/json.ts'
import { LogsRefusedError } from '../../collecting/collector.ts'
import type { VendorCredentials } from '../../collecting/vendor-credentials.ts'
import { VendorError } from '../../collecting/vendor-error.ts'
import { SESSION_COOKIE } from '../credentials.ts'

/** Longest wait for the whole answer to a login, in ms. */
const LOGIN_MS_MAX = 30_000
/** Largest answer to a login that is read, in bytes. */
const ANSWER_BYTES_MAX = 64 * 1024

/** Who signs in, and where. */
export interface StationLogin {
  /** Address of the API, with a slash at its end. */
  readonly api: string
  readonly username: string
  /** Reads the password; its error holds no secret. */
  readonly password: () => Promise<string>
  readonly userAgent: string
}

/**
 * A session of a station. It signs in when it is first needed and again when a session is refused.
 *
 * `headers` rejects with LogsRefusedError when the password is refused: to try it again would only
 * lock the account.
 */
export function stationSession(login: StationLogin): VendorCredentials {
  let session: Promise<string> | undefined
  return {
    async headers() {
      session ??= signIn(login)
      try {
        return { Cookie: `${SESSION_COOKIE}=${await session}` }
      } catch (error) {
        session = undefined
        throw error
      }
    },
    async renew() {
      session = undefined
    },
  }
}

async function signIn({ api, username, password, userAgent }: StationLogin): Promise<string> {
  const url = new URL('login', api)
  const body = JSON.stringify({ username, password: await password() })
  const { response, text } = await posted(url, body, userAgent)
  const id = sessionIdOf(response)
  if (response.ok && id !== undefined && isSignedIn(text, username)) return id
  if (response.ok || [400, 401, 403].includes(response.status)) {
    throw new LogsRefusedError([`${url.origin}${url.pathname} does not let ${username} in`])
  }
  throw VendorError.ofStatus(url, response.status, {
    body: Buffer.from(text),
    retryAfterMs: undefined,
  })
}

interface LoginAnswer {
  readonly response: Response
  /** The beginning of the body. */
  readonly text: string
}

async function posted(url: URL, body: string, userAgent: string): Promise<LoginAnswer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'User-Agent': userAgent },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(LOGIN_MS_MAX),
    })
    const { bytes } = await boundedBody(response, ANSWER_BYTES_MAX)
    return { response, text: bytes.toString() }
  } catch (error) {
    throw VendorError.noAnswer(url, error)
  }
}

function sessionIdOf(response: Response): string | undefined {
  const pattern = new RegExp(`^${SESSION_COOKIE}=(?<id>[^;\\s]+)`)
  const ids = response.headers.getSetCookie().map((one) => pattern.exec(one)?.groups?.['id'])
  return ids.find((id) => id !== undefined)
}

/** An old station rejects a sign-in with 200 and the user `nobody`, or with an error. */
function isSignedIn(text: string, username: string): boolean {
  try {
    const answer: unknown = JSON.parse(text)
    return isMembers(answer) && answer['error'] === undefined && answer['username'] === username
  } catch {
    return false
  }
}
