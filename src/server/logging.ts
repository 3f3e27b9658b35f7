import type { FastifyRequest, FastifyServerOptions } from 'fastify'

/** Query parameters that carry a secret, for senders that can set no header. */
const SECRET_PARAMETER = /([?&](?:token|access_token|password)=)[^&#]*/gi

/**
 * The log: one JSON object a line, on standard error, since standard output tells when the server
 * is ready. No secret gets into it: of a request it holds only what is listed here.
 */
export function loggerOptions(level: string): NonNullable<FastifyServerOptions['logger']> {
  return {
    level,
    stream: process.stderr,
    serializers: {
      req: (request: FastifyRequest) => ({
        method: request.method,
        url: withoutSecrets(request.url),
        remoteAddress: request.ip,
      }),
    },
    redact: ['*.authorization', '*.cookie', '*.token', '*.password', '*.headers'],
  }
}

/** A URL with the values of secret parameters replaced. */
export function withoutSecrets(url: string): string {
  return url.replace(SECRET_PARAMETER, '$1[redacted]')
}
