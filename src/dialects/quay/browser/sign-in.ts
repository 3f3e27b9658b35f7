import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { User } from '../../../access/directory/directory.ts'
import { hasScope } from '../../../access/directory/visibility.ts'
import type { SignInAttempt, SignInResult } from '../../../access/sign-in/sign-in.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import { recordableText } from '../../../core/values/recordable-text.ts'
import { clientOf } from '../../api/request-client.ts'
import { sendJson } from '../api/json.ts'
import type { QuayAnswer } from '../api/services.ts'
import { noJsonBody, problem, tooManySignIns } from '../errors.ts'
import { callerOf, requirePrincipal, SESSION_DIALECT } from './caller.ts'
import { freshLoginData } from './fresh-login.ts'
import {
  browserSecret,
  csrfTokenOf,
  mintBrowserSecret,
  setBrowserSecret,
} from './session-cookie.ts'

const WRONG_PASSWORD = 'Invalid Username or Password'
/** Longest name in an event's metadata, in UTF-16 units. */
const USERNAME_LENGTH_MAX = 255

const Credentials = Type.Object({ username: Type.String(), password: Type.String() })
const Password = Type.Object({ password: Type.String() })

/** `GET /csrf_token`: a token for requests that change something. */
export const showCsrfToken: QuayAnswer = (request, reply) => {
  const known = browserSecret(request)
  const secret = known ?? mintBrowserSecret()
  if (known === undefined) setBrowserSecret(secret, request, reply)
  void reply.header('Cache-Control', 'no-store')
  return sendJson(reply, { csrf_token: csrfTokenOf(secret) })
}

/** `POST /api/v1/signin`: begins the session of a browser. */
export const signIn: QuayAnswer = async (request, reply, { context }) => {
  const { username, password } = bodyOf(Credentials, request)
  const result = await context.signIn(attemptOf(request, { username, password }))
  if (result.outcome !== 'success') return refuse(result, reply, { needsEmailVerification: false })
  const ended = callerOf(request)?.session?.token
  const token = await context.sessions.begin({
    userId: result.user.id,
    dialect: SESSION_DIALECT,
    data: freshLoginData(context.clock()),
    client: clientOf(request),
  })
  // A browser has one session; no user could end the one before.
  if (ended !== undefined) await context.sessions.end(ended)
  setBrowserSecret(token, request, reply)
  return welcome(reply, token)
}

/** `POST /api/v1/signin/verify`: the password of a session again: some routes want it fresh. */
export const verifyPassword: QuayAnswer = async (request, reply, { context }) => {
  const principal = requirePrincipal(request)
  const session = callerOf(request)?.session
  if (!hasScope(principal, ['user:admin'])) throw problem('insufficient_scope')
  const { password } = bodyOf(Password, request)
  const result = await context.signIn({
    ...attemptOf(request, { username: principal.name, password }),
    userId: principal.userId,
  })
  if (result.outcome !== 'success') return refuse(result, reply, {})
  if (session === undefined) return sendJson(reply, { success: true })
  await context.sessions.replaceData(session.token, freshLoginData(context.clock()))
  return welcome(reply, session.token)
}

/** `POST /api/v1/signout`: ends the session of a browser. */
export const signOut: QuayAnswer = async (
  request,
  reply,
  { context: { sessions, audit, defaultTenant } },
) => {
  const caller = callerOf(request)
  if (caller?.session !== undefined) {
    const { principal, session } = caller
    await sessions.end(session.token)
    await audit.record({
      tenant: principal.tenant ?? defaultTenant,
      action: 'auth.logout',
      nativeAction: 'logout_success',
      outcome: 'success',
      actor: actorOf({ ...principal, id: principal.userId }),
      target: {
        type: 'user',
        id: principal.userId,
        name: principal.name,
        namespace: principal.name,
      },
      client: clientOf(request),
    })
  }
  setBrowserSecret(undefined, request, reply)
  return sendJson(reply, { success: true })
}

/** `X-Next-CSRF-Token` tells the page which token goes with the session from now on. */
function welcome(reply: FastifyReply, token: string): FastifyReply {
  void reply.header('X-Next-CSRF-Token', csrfTokenOf(token))
  return sendJson(reply, { success: true })
}

function refuse(
  result: Exclude<SignInResult, { outcome: 'success' }>,
  reply: FastifyReply,
  more: JsonObject,
): FastifyReply {
  if (result.outcome === 'throttled') throw tooManySignIns(result.retryAfterSeconds)
  const body = { ...more, invalidCredentials: true, message: WRONG_PASSWORD }
  return sendJson(reply.code(403), body)
}

/** An attempt that is recorded in Quay's words too. */
function attemptOf(
  request: FastifyRequest,
  { username, password }: Static<typeof Credentials>,
): SignInAttempt {
  const client = clientOf(request)
  const metadata = { type: 'quayauth', kind: 'user', useragent: client.userAgent ?? '' }
  const shownName = recordableText(username, USERNAME_LENGTH_MAX)
  return {
    name: username,
    password,
    client,
    describe: (outcome) =>
      outcome === 'success'
        ? { nativeAction: 'login_success', details: metadata }
        : {
            nativeAction: 'login_failure',
            details: { ...metadata, username: shownName, message: WRONG_PASSWORD },
          },
  }
}

/** @throws QuayError 415 without a JSON body, 400 for one that lacks something. */
function bodyOf<Schema extends Type.TSchema>(
  schema: Schema,
  { body }: FastifyRequest,
): Static<Schema> {
  if (body === undefined) throw noJsonBody()
  if (body === null) throw problem('invalid_request', 'Missing JSON body')
  if (Value.Check(schema, body)) return body
  const [first] = Value.Errors(schema, body)
  const path = first?.instancePath.slice(1)
  throw problem('invalid_request', path ? `${path}: ${first?.message}` : `body: ${first?.message}`)
}

function actorOf({ id, name, email }: Pick<User, 'id' | 'name' | 'email'>) {
  return { id, name, kind: 'user' as const, ...(email !== undefined && { email }) }
}
