import type { FastifyReply } from 'fastify'
import type { JsonObject } from '../../core/event.ts'

/** Sends JSON as Quay does: a line feed at the end, and no charset beside the media type. */
export function sendJson(reply: FastifyReply, body: JsonObject): FastifyReply {
  // Fastify adds a charset to texts, not to bytes.
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`)
  return reply.header('Content-Type', 'application/json').send(bytes)
}
