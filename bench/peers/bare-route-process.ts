import Fastify from 'fastify'
import { serveParent } from './helper-process.ts'

/** Starts a route, and tells where it is. */
export interface BareRouteRequest {
  /** What `GET` answers: text of JSON. */
  readonly page: string
}

export interface BareRouteReply {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
}

/**
 * The least that a Fastify server can do: `POST` parses its JSON body and gives Waybill's answer,
 * `GET` answers a text that it holds. Nothing is checked and nothing is stored.
 */
serveParent<BareRouteRequest, BareRouteReply>(async ({ page }) => {
  const server = Fastify()
  const stored = { accepted: 1, duplicates: 0, first: 0, last: 0 }
  server.post('/v1/events', (_request, reply) => reply.code(201).send(stored))
  server.get('/v1/events', (_request, reply) => reply.type('application/json').send(page))
  return { url: await server.listen({ host: '127.0.0.1', port: 0 }) }
})
