import { randomBytes } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { JsonObject } from '../../../core/event/event.ts'
import { jsonSender } from '../../api/json.ts'

const REQUEST_ID_HEADER = 'X-Request-Id'
const REQUEST_ID_BYTES = 16

/** The id of the current request, 32 hexadecimal digits, which every answer contains. */
export function requestIdOf(reply: FastifyReply): string {
  const known = reply.getHeader(REQUEST_ID_HEADER)
  if (typeof known === 'string') return known
  const id = randomBytes(REQUEST_ID_BYTES).toString('hex')
  void reply.header(REQUEST_ID_HEADER, id)
  return id
}

/** Sends JSON with the headers that every answer of Huawei Cloud has. */
export function sendJson(reply: FastifyReply, body: JsonObject): FastifyReply {
  requestIdOf(reply)
  return sendPlainJson(reply, body)
}

const sendPlainJson = jsonSender<JsonObject>({ text: JSON.stringify })
