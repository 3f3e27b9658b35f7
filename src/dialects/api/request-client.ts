import type { FastifyRequest } from 'fastify'
import type { Client } from '../../core/event/event.ts'
import { USER_AGENT_LENGTH_MAX } from '../../core/limits.ts'
import { canonicalIp } from '../../core/values/ip-address.ts'
import { recordableText } from '../../core/values/recordable-text.ts'

/**
 * The address and the program of a request, in a form that events can hold. An invalid address,
 * which a proxy may send, is left out.
 */
export function clientOf(request: FastifyRequest): Client {
  const ip = canonicalIp(request.ip)
  const userAgent = request.headers['user-agent']
  return {
    ...(ip !== undefined && { ip }),
    ...(userAgent !== undefined && { userAgent: recordableText(userAgent, USER_AGENT_LENGTH_MAX) }),
  }
}
