import type { FastifyReply, FastifyRequest } from 'fastify'
import { actorOf } from '../../../access/directory/principal.ts'
import { mayAdminister } from '../../../access/directory/visibility.ts'
import type { Session } from '../../../access/sign-in/sessions.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import { isMembers, type Members } from '../../../core/json/json.ts'
import { jsonOf } from '../../api/bodies/json-body.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { clientOf } from '../../api/request-client.ts'
import { DIALECT_NAME, type NamedSession, SESSION_COOKIE, sessionOf } from '../credentials.ts'
import { badParameter, tooManyAttempts, unauthorized } from '../errors.ts'
import type { WallClock } from '../log/wall-clock.ts'
import { refuseOtherSites } from './same-site.ts'

/** Largest body of a login, bytes. */
export const LOGIN_BYTES_MAX = 16 * 1024

/** What signing in and out needs. */
export interface LoginContext
  extends Pick<DialectContext, 'signIn' | 'sessions' | 'audit' | 'clock' | 'defaultTenant'> {
  readonly wallClock: WallClock
}

/**
 * `POST /login`: begins a session, by a name and a password. With `sid` it only takes up a session
 * that there is: Waybill has no desktop whose sessions it could know.
 *
 * @throws ApiError 400 for a body without them, 401 for what does not let in, 403 for a form of
 *   another site, 429.
 */
export async function login(
  request: FastifyRequest,
  reply: FastifyReply,
  context: LoginContext,
): Promise<JsonObject> {
  refuseOtherSites(request)
  const body = readBody(request.body)
  const sid = body['sid']
  if (typeof sid === 'string' && sid !== '') {
    const session = context.sessions.find(DIALECT_NAME, sid)
    if (session === undefined) throw unauthorized()
    setSessionCookie(request, reply, sid)
    return presentSession(session)
  }
  const name = requiredText(body, 'username')
  const password = requiredText(body, 'password')
  const result = await context.signIn({
    name,
    password,
    client: clientOf(request),
    describe: () => ({ details: { dialect: DIALECT_NAME } }),
  })
  if (result.outcome === 'throttled') throw tooManyAttempts(result.retryAfterSeconds)
  if (result.outcome === 'refused') throw unauthorized()
  const data = {
    // As it was sent: clients compare it with what they sent.
    username: name,
    logintime: context.wallClock.textOfSecond(context.clock()),
  }
  const id = await context.sessions.begin({
    userId: result.user.id,
    dialect: DIALECT_NAME,
    data,
    client: clientOf(request),
  })
  const session = context.sessions.find(DIALECT_NAME, id)
  if (session === undefined) throw unauthorized()
  setSessionCookie(request, reply, id)
  return presentSession(session)
}

/** `GET /login_refresh`: the session as it began; that it was asked for keeps it alive. */
export function refreshLogin(request: FastifyRequest, context: LoginContext): JsonObject {
  return presentSession(requireSession(request, context).session)
}

/** `PUT /logout`: ends the session. */
export async function logout(
  request: FastifyRequest,
  reply: FastifyReply,
  context: LoginContext,
): Promise<JsonObject> {
  const { id, session } = requireSession(request, context)
  const { principal } = session
  await context.sessions.end(id)
  await context.audit.record({
    tenant: principal.tenant ?? context.defaultTenant,
    action: 'auth.logout',
    outcome: 'success',
    actor: actorOf(principal),
    // As with a sign-in: the user whose session it was, in the user's own namespace.
    target: {
      type: 'user',
      id: principal.userId,
      name: principal.name,
      namespace: principal.name,
    },
    client: clientOf(request),
    details: { dialect: DIALECT_NAME },
  })
  void reply.header('Set-Cookie', `${cookieOf(request, '')}; Max-Age=0`)
  return { username: nameOf(session) }
}

function requireSession(request: FastifyRequest, context: LoginContext): NamedSession {
  const session = sessionOf(request, context)
  if (session === undefined) throw unauthorized()
  return session
}

function presentSession(session: Session): JsonObject {
  return {
    anonymous: false,
    isAdmin: mayAdminister(session.principal),
    logintime: session.data['logintime'] ?? '',
    username: nameOf(session),
  }
}

function nameOf({ data, principal }: Session): string {
  return typeof data['username'] === 'string' ? data['username'] : principal.name
}

/** One header alone: a client is known that reads all of them as one cookie. */
function setSessionCookie(request: FastifyRequest, reply: FastifyReply, id: string): void {
  void reply.header('Set-Cookie', cookieOf(request, id))
}

function cookieOf(request: FastifyRequest, value: string): string {
  const secure = request.protocol === 'https' ? '; Secure' : ''
  return `${SESSION_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax${secure}`
}

/** JSON when it begins so, whatever the content type says; else the fields of a form. */
function readBody(body: unknown): Members {
  const text = Buffer.isBuffer(body) ? body.toString().trim() : ''
  if (!text.startsWith('{')) return Object.fromEntries(new URLSearchParams(text))
  const value = jsonOf(body)
  if (!isMembers(value)) throw badParameter('body')
  return value
}

function requiredText(body: Members, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || value === '') throw badParameter(name)
  return value
}
