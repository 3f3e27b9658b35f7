import type { FastifyReply } from 'fastify'

/** How an API writes JSON. */
export interface JsonForm<Body> {
  readonly text: (body: Body) => string
  /** Sent as it is; absent: without a charset. */
  readonly contentType?: string
}

/** Sends a body as JSON. */
export type SendJson<Body> = (reply: FastifyReply, body: Body) => FastifyReply

/** A function that sends JSON in the form of an API. */
export function jsonSender<Body>({
  text,
  contentType = 'application/json',
}: JsonForm<Body>): SendJson<Body> {
  // As bytes: to a text the framework adds a charset.
  return (reply, body) => reply.header('Content-Type', contentType).send(Buffer.from(text(body)))
}
