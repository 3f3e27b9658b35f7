import type { FastifyReply } from 'fastify'

/** How an API writes JSON. */
export interface JsonForm<Body> {
  readonly text: (body: Body) => string
  /** Sent unchanged; default without a charset. */
  readonly contentType?: string
}

/** Sends a body as JSON. */
export type SendJson<Body> = (reply: FastifyReply, body: Body) => FastifyReply

/** Creates a function that sends JSON in the form of an API. */
export function jsonSender<Body>({
  text,
  contentType = 'application/json',
}: JsonForm<Body>): SendJson<Body> {
  // As bytes, because the framework adds a charset to strings.
  return (reply, body) => reply.header('Content-Type', contentType).send(Buffer.from(text(body)))
}
