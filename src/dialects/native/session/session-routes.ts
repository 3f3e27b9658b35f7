import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { type Static, Type } from 'typebox'
import { actorOf } from '../../../access/directory/principal.ts'
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '../../../access/sign-in/password.ts'
import { Fault } from '../../../core/errors.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { problemAnswers } from '../../api/problems/problem-answers.ts'
import { clientOf } from '../../api/request-client.ts'
import type { NativeScope } from '../native-scope.ts'
import {
  type BrowserSession,
  requireSession,
  SESSION_DIALECT,
  sessionOf,
} from './browser-session.ts'
import { changeOwnPassword } from './password-change.ts'
import { refuseOtherOrigins } from './same-origin.ts'
import { requireSecureTransport, setSessionSecret } from './session-cookie.ts'
import {
  ListedSessionSchema,
  listedSessionJson,
  SessionSchema,
  sessionJson,
} from './session-json.ts'
import { type SignedIn, SignInBody, signedInBy } from './sign-in.ts'

/** Largest body of a sign-in or a change of a password, bytes. */
const SESSION_BYTES_MAX = 16 * 1024

const NoContent: Record<204, Type.TSchema> = { 204: Type.Null() }
const Shown: Record<200, Type.TSchema> = { 200: SessionSchema }
const NotIn = problemAnswers([401, 403, 429])

/** Whatever has no session needs a transport on which it could get one. */
const onSecureTransport: onRequestHookHandler = (request, _reply, done) => {
  requireSecureTransport(request)
  done()
}

const withSession: onRequestHookHandler = (request, _reply, done) => {
  requireSecureTransport(request)
  requireSession(request)
  done()
}

/** `/v1/session` and `/v1/sessions`: sessions of browsers, kept in a cookie. */
export function registerSessions(scope: NativeScope, context: DialectContext): void {
  registerSignIn(scope, context)
  registerSignOut(scope, context)
  registerOwnSessions(scope, context)
  registerOwnPassword(scope, context)
}

function registerSignIn(scope: NativeScope, context: DialectContext): void {
  const began = {
    operationId: 'beginSession',
    summary: 'Sign in with a name and a password, or with a token',
    description: 'The answer sets a cookie that stands for an Authorization header.',
    isPublic: true,
    body: SignInBody,
    answers: NotIn,
    response: Shown,
  }
  const begin = { schema: began, onRequest: onSecureTransport, bodyLimit: SESSION_BYTES_MAX }
  scope.post('/v1/session', begin, async (request, reply) => {
    refuseOtherOrigins(request)
    const signedIn = await signedInBy(request, request.body, context)
    const ended = sessionOf(request)?.secret
    const answer = await beginSession(request, reply, { signedIn, context })
    // A browser has one session, and no longer has the secret of the one before.
    if (ended !== undefined) await context.sessions.end(ended)
    return answer
  })
  const shown = {
    operationId: 'getSession',
    summary: 'The session of the request',
    querystring: Type.Object({}, { additionalProperties: false }),
    response: Shown,
  }
  scope.get('/v1/session', { schema: shown, onRequest: withSession }, async (request) =>
    sessionJson(requireSession(request), context),
  )
}

/** A session that is about to begin. */
interface Beginning {
  readonly signedIn: SignedIn
  readonly context: DialectContext
}

/** Begins a session with a new secret, whatever cookie the browser had before. */
async function beginSession(
  request: FastifyRequest,
  reply: FastifyReply,
  { signedIn, context }: Beginning,
): Promise<Static<typeof SessionSchema>> {
  const { sessions } = context
  const secret = await sessions.begin({
    ...signedIn,
    dialect: SESSION_DIALECT,
    data: {},
    client: clientOf(request),
  })
  const session = sessions.find(SESSION_DIALECT, secret)
  if (session === undefined) throw new Fault('access.unauthenticated')
  setSessionSecret(secret, request, reply)
  return sessionJson(session, context)
}

function registerSignOut(scope: NativeScope, context: DialectContext): void {
  const schema = {
    operationId: 'endSession',
    summary: 'Sign out; without effect when there is no session',
    isPublic: true,
    answers: problemAnswers([403]),
    response: NoContent,
  }
  const options = { schema, onRequest: onSecureTransport }
  scope.delete('/v1/session', options, async (request, reply) => {
    const session = sessionOf(request)
    if (session !== undefined) {
      await context.sessions.end(session.secret)
      await recordSignOut(request, session, { context })
    }
    setSessionSecret(undefined, request, reply)
    return reply.code(204).send()
  })
}

function registerOwnSessions(scope: NativeScope, context: DialectContext): void {
  const listed = {
    operationId: 'listSessions',
    summary: "The caller's own sessions, latest use first",
    querystring: Type.Object({}, { additionalProperties: false }),
    response: {
      200: Type.Object(
        { sessions: Type.Array(ListedSessionSchema) },
        { description: 'The sessions of the user in all APIs' },
      ),
    },
  }
  scope.get('/v1/sessions', { schema: listed, onRequest: withSession }, async (request) => {
    const { principal, info } = requireSession(request)
    const own = context.sessions.ofUser(principal.userId)
    const sorted = own.toSorted((one, other) => other.usedMicros - one.usedMicros)
    return { sessions: sorted.map((one) => listedSessionJson(one, info)) }
  })
  const ended = {
    operationId: 'endSessions',
    summary: "Sign out everywhere: end all of the caller's sessions",
    response: NoContent,
  }
  const options = { schema: ended, onRequest: withSession }
  scope.delete('/v1/sessions', options, async (request, reply) => {
    const session = requireSession(request)
    const sessions = await context.sessions.endAllOf(session.principal.userId)
    await recordSignOut(request, session, { context, details: { sessions } })
    setSessionSecret(undefined, request, reply)
    return reply.code(204).send()
  })
}

function registerOwnPassword(scope: NativeScope, context: DialectContext): void {
  const Password = Type.String({ minLength: PASSWORD_LENGTH_MIN, maxLength: PASSWORD_LENGTH_MAX })
  const schema = {
    operationId: 'changeOwnPassword',
    summary: "Change the caller's own password, end all sessions, and begin a new one",
    description:
      'Without `currentPassword` only in a session that began minutes ago with the token of an ' +
      'administrator.',
    body: Type.Object(
      { password: Password, currentPassword: Type.Optional(Type.String()) },
      { additionalProperties: false, examples: [{ password: 'correct horse battery staple' }] },
    ),
    response: Shown,
  }
  const options = { schema, onRequest: withSession, bodyLimit: SESSION_BYTES_MAX }
  scope.put('/v1/session/password', options, async (request, reply) => {
    const session = requireSession(request)
    await changeOwnPassword(request, session, request.body, context)
    const { principal, info } = session
    const { tokenId } = info
    const signedIn = { userId: principal.userId, ...(tokenId !== undefined && { tokenId }) }
    return beginSession(request, reply, { signedIn, context })
  })
}

interface SignOut {
  readonly context: Pick<DialectContext, 'audit' | 'defaultTenant'>
  readonly details?: JsonObject
}

async function recordSignOut(
  request: FastifyRequest,
  { principal }: BrowserSession,
  { context, details }: SignOut,
): Promise<void> {
  const { tenant, userId, name } = principal
  await context.audit.record({
    tenant: tenant ?? context.defaultTenant,
    action: 'auth.logout',
    outcome: 'success',
    actor: actorOf(principal),
    target: { type: 'user', id: userId, name, namespace: name },
    client: clientOf(request),
    details: { dialect: SESSION_DIALECT, ...details },
  })
}
