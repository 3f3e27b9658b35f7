import type { FastifyReply } from 'fastify'
import type { JsonObject } from '../../core/event.ts'

/** Sends JSON as Opsera does. */
export function sendJson(reply: FastifyReply, body: JsonObject): FastifyReply {
  return reply.header('Content-Type', 'application/json; charset=utf-8').send(JSON.stringify(body))
}
