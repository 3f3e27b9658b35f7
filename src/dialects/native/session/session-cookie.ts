import type { FastifyReply, FastifyRequest } from 'fastify'
import { SESSION_LIFETIME_MS } from '../../../access/sign-in/sessions.ts'
import { Fault } from '../../../core/errors.ts'
import { cookieValues } from '../../api/parameter-values.ts'

/** Name of the cookie over TLS: browsers keep one with this prefix to its host and to TLS. */
export const SECURE_COOKIE = '__Host-waybill'
/** Name of the cookie over plain HTTP to this machine. */
const LOOPBACK_COOKIE = 'waybill'
/** The form of a session's token: 32 bytes of base64url. */
const COOKIE_VALUE = /^[A-Za-z0-9_-]{43}$/

/** The names of this machine in a URL: what a browser sends there stays on its own machine. */
const LOOPBACK_HOST = /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Refuses a request whose cookie would be sent in plain text. @throws Fault `access.insecure`. */
export function requireSecureTransport(request: FastifyRequest): void {
  if (cookieNameOf(request) !== undefined) return
  throw new Fault('access.insecure', {
    detail:
      `this request came over plain HTTP for ${request.host}. Use https, by a proxy in front of ` +
      'Waybill that is listed in `trustedProxies` and sends X-Forwarded-Proto; without TLS, ' +
      'sessions work only on the machine itself, at http://localhost',
  })
}

/**
 * The secret that a browser sent for the transport of its request. Undefined without one, and with
 * several: another program on the same host name may have added one.
 */
export function sessionSecret(request: FastifyRequest): string | undefined {
  const name = cookieNameOf(request)
  if (name === undefined) return undefined
  const values = cookieValues(request, name)
  const [value = ''] = values
  return values.length === 1 && COOKIE_VALUE.test(value) ? value : undefined
}

/** Gives a browser its secret, or takes it away when `secret` is undefined. */
export function setSessionSecret(
  secret: string | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const name = cookieNameOf(request)
  if (name === undefined) return
  const seconds = secret === undefined ? 0 : Math.floor(SESSION_LIFETIME_MS / 1000)
  const attributes = ['Path=/', `Max-Age=${seconds}`, 'HttpOnly', 'SameSite=Strict']
  if (name === SECURE_COOKIE) attributes.push('Secure')
  void reply.header('Set-Cookie', [`${name}=${secret ?? ''}`, ...attributes].join('; '))
}

/**
 * The name of the cookie for the transport of a request. A trusted proxy says whether the browser
 * used TLS. Otherwise the host decides, because it is where the browser sends its cookie: a host
 * name of this machine keeps it here, also through a port that a container engine forwards.
 */
function cookieNameOf(request: FastifyRequest): string | undefined {
  if (request.protocol === 'https') return SECURE_COOKIE
  const host = request.host.toLowerCase().replace(/:\d*$/, '')
  return LOOPBACK_HOST.test(host) ? LOOPBACK_COOKIE : undefined
}
