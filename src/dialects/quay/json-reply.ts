import type { FastifyReply } from 'fastify'
import { jsonText, type WrittenObject } from './stored-json.ts'

/** Sends JSON as Quay does: a line feed at the end, and no charset with the media type. */
export function sendJson(reply: FastifyReply, body: WrittenObject): FastifyReply {
  // Fastify adds a charset to texts, not to bytes.
  const bytes = Buffer.from(`${jsonText(body)}\n`)
  return reply.header('Content-Type', 'application/json').send(bytes)
}
