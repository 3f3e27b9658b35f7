import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { SignInResult } from '../../../access/sign-in/sign-in.ts'
import type { TokenSignInResult } from '../../../access/sign-in/token-sign-in.ts'
import { Fault } from '../../../core/errors.ts'
import { nameBearer } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { clientOf } from '../../api/request-client.ts'
import { SESSION_DIALECT } from './browser-session.ts'

/** What a session begins with: a name and a password, or a token. */
export const SignInBody = Type.Object(
  {
    name: Type.Optional(Type.String({ description: 'Name or e-mail address' })),
    password: Type.Optional(Type.String()),
    tenant: Type.Optional(
      Type.String({ description: 'Where the name is looked for; absent: in all tenants' }),
    ),
    token: Type.Optional(Type.String()),
  },
  {
    additionalProperties: false,
    documented: { anyOf: [{ required: ['name', 'password'] }, { required: ['token'] }] },
    examples: [{ name: 'alice', password: 'correct horse battery staple' }],
  },
)

type SignInContext = Pick<DialectContext, 'signIn' | 'signInWithToken'>

/** Who may have a session. */
export interface SignedIn {
  readonly userId: string
  /** The id of the token; absent after a password. */
  readonly tokenId?: string
}

/**
 * Checks what a sign-in sends.
 *
 * @throws Fault `access.unauthenticated`; `request.too-many` after too many failures;
 *   `request.invalid` for a body with neither, or with both.
 */
export async function signedInBy(
  request: FastifyRequest,
  { name, password, tenant, token }: Static<typeof SignInBody>,
  context: SignInContext,
): Promise<SignedIn> {
  const client = clientOf(request)
  if (token !== undefined) {
    const others = Object.entries({ name, password, tenant }).filter(([, value]) => value)
    if (others.length > 0)
      throw invalid(
        others.map(([other]) => other),
        'no value with a token',
      )
    const dialect = SESSION_DIALECT
    const result = admitted(await context.signInWithToken({ token, client, dialect }))
    const { principal } = result
    nameBearer(request, principal)
    return { userId: principal.userId, tokenId: principal.tokenId }
  }
  if (name === undefined || password === undefined) {
    const missing = name === undefined ? 'name' : 'password'
    throw invalid([missing], 'a name and a password, or a token')
  }
  const result = await context.signIn({
    ...{ name, password, client },
    ...(tenant !== undefined && { tenant }),
    describe: () => ({ details: { dialect: SESSION_DIALECT, credential: 'password' } }),
  })
  return { userId: admitted(result).user.id }
}

/** @throws Fault `access.unauthenticated`, `request.too-many`. */
export function admitted<Result extends SignInResult | TokenSignInResult>(
  result: Result,
): Extract<Result, { readonly outcome: 'success' }> {
  if (isSuccess(result)) return result
  if (result.outcome === 'throttled') {
    const { retryAfterSeconds } = result
    throw new Fault('request.too-many', { detail: 'failed sign-ins', retryAfterSeconds })
  }
  throw new Fault('access.unauthenticated', {
    detail: 'the name and password, or the token, are not valid',
  })
}

function isSuccess<Result extends SignInResult | TokenSignInResult>(
  result: Result,
): result is Extract<Result, { readonly outcome: 'success' }> {
  return result.outcome === 'success'
}

function invalid(names: readonly string[], expected: string): Fault {
  return new Fault('request.invalid', {
    problems: names.map((name) => ({ path: `/${name}`, expected })),
  })
}
