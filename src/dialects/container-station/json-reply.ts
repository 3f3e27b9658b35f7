import type { FastifyReply } from 'fastify'
import { withOrderedKeys } from '../../core/canonical-json.ts'
import type { JsonValue } from '../../core/event.ts'

/** Blanks of one level; a client finds errors by the place of the first key. */
const INDENT = 2

/** Sends JSON as Container Station does: keys in order, indented, with a line feed at the end. */
export function sendJson(reply: FastifyReply, body: JsonValue): FastifyReply {
  // Fastify adds a charset to texts, not to bytes.
  const bytes = Buffer.from(`${JSON.stringify(withOrderedKeys(body), null, INDENT)}\n`)
  return reply.header('Content-Type', 'application/json').send(bytes)
}
