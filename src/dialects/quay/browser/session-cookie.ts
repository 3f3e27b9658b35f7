import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { SESSION_LIFETIME_MS } from '../../../access/sign-in/sessions.ts'
import { cookieValues, firstValue } from '../../api/parameter-values.ts'

/** Name of the cookie that carries a session, as Quay's. */
export const SESSION_COOKIE = 'quay_session'
/** The form of a session's token: 32 bytes of base64url. */
const COOKIE_VALUE = /^[A-Za-z0-9_-]{43}$/
const COOKIE_BYTES = 32

/**
 * The secret of a browser: the token of its session or, before a user signs in, a random text
 * that is not stored. Undefined without a cookie.
 */
export function browserSecret(request: FastifyRequest): string | undefined {
  return cookieValues(request, SESSION_COOKIE).find((value) => COOKIE_VALUE.test(value))
}

/** A secret for a browser that has none. */
export function mintBrowserSecret(): string {
  return randomBytes(COOKIE_BYTES).toString('base64url')
}

/**
 * Gives the browser its secret; undefined takes it away. No script can read it, no other site's
 * form sends it, and one that came over TLS never goes out without.
 */
export function setBrowserSecret(
  secret: string | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const seconds = secret === undefined ? 0 : Math.floor(SESSION_LIFETIME_MS / 1000)
  const attributes = ['Path=/', `Max-Age=${seconds}`, 'HttpOnly', 'SameSite=Lax']
  if (isSecure(request)) attributes.push('Secure')
  void reply.header('Set-Cookie', [`${SESSION_COOKIE}=${secret ?? ''}`, ...attributes].join('; '))
  void reply.header('Cache-Control', 'no-store')
}

/**
 * The CSRF token of a browser: read off its secret, so that there is nothing to keep, and another
 * one as soon as a user signs in. The secret cannot be read off it.
 */
export function csrfTokenOf(secret: string): string {
  return createHmac('sha256', secret).update('quay csrf token').digest('base64url')
}

/** Whether a request repeats the CSRF token of its own browser, in the header or the query. */
export function hasCsrfToken(request: FastifyRequest): boolean {
  const secret = browserSecret(request)
  const sent =
    firstValue(request.query, '_csrf_token') ?? firstText(request.headers['x-csrf-token'])
  if (secret === undefined || sent === undefined) return false
  const [expected, actual] = [csrfTokenOf(secret), sent].map((text) => Buffer.from(text))
  if (expected === undefined || actual === undefined) return false
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

function firstText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' && first !== '' ? first : undefined
}

/** A proxy that ends TLS says so; a client that only claims it makes its own cookie stricter. */
function isSecure(request: FastifyRequest): boolean {
  const forwarded = firstText(request.headers['x-forwarded-proto'])?.split(',')[0]?.trim()
  return request.protocol === 'https' || forwarded?.toLowerCase() === 'https'
}
