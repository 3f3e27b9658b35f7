import type { FastifyRequest } from 'fastify'
import { mayAdminister } from '../../../access/directory/visibility.ts'
import { Fault } from '../../../core/errors.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { clientOf } from '../../api/request-client.ts'
import { type BrowserSession, SESSION_DIALECT } from './browser-session.ts'
import { admitted } from './sign-in.ts'

/** How long after a sign-in with a token its password may be set without the old one, ms. */
const FRESH_TOKEN_MS = 10 * 60_000

type PasswordContext = Pick<DialectContext, 'administration' | 'clock' | 'directory' | 'signIn'>

/** What a user sends to change its own password. */
interface PasswordChange {
  readonly password: string
  readonly currentPassword?: string | undefined
}

/**
 * Changes the password of a session's own user, which ends all sessions of the user.
 *
 * The current password is required, or the token of an administrator that a session began with
 * minutes ago: an administrator may set any password. Any other token has fewer rights than its
 * user, and must not become a password that has all of them.
 *
 * @throws Fault `access.denied`, `access.unauthenticated`, `request.too-many`, `request.invalid`.
 */
export async function changeOwnPassword(
  request: FastifyRequest,
  session: BrowserSession,
  { password, currentPassword }: PasswordChange,
  context: PasswordContext,
): Promise<void> {
  const { principal } = session
  const client = clientOf(request)
  if (currentPassword !== undefined) {
    const result = await context.signIn({
      ...{ name: principal.name, userId: principal.userId, password: currentPassword, client },
      describe: () => ({ details: { dialect: SESSION_DIALECT, purpose: 'change-password' } }),
    })
    admitted(result)
  } else if (!hasFreshAdministratorToken(session, context)) {
    await context.administration.denied({ principal, client }, 'user.change-password')
    throw new Fault('access.denied', { detail: reasonOf(session, context) })
  }
  await context.administration.changePassword({ principal, client }, principal.userId, password)
}

function hasFreshAdministratorToken(
  { principal, info }: BrowserSession,
  { clock }: PasswordContext,
): boolean {
  const isAdministrator = mayAdminister(principal) && principal.scopes.includes('admin')
  const ageMs = (clock() - info.startedMicros) / 1000
  return info.tokenId !== undefined && isAdministrator && ageMs < FRESH_TOKEN_MS
}

function reasonOf({ principal }: BrowserSession, { directory }: PasswordContext): string {
  return directory.hasPassword(principal.userId)
    ? 'the current password is needed (`currentPassword`)'
    : 'sign in again with a token of an administrator, or let an administrator set the password'
}
