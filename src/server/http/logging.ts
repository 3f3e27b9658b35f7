import type { FastifyRequest, FastifyServerOptions } from 'fastify'
import { redactText, redactValue } from '../../core/redaction/redact.ts'

/**
 * The log: one JSON object per line on standard error, since standard output announces the server's
 * readiness. Secrets stay out of it: only the listed parts of a request are logged, and every line
 * is redacted.
 */
export function loggerOptions(level: string): NonNullable<FastifyServerOptions['logger']> {
  return {
    level,
    stream: { write: (line: string) => process.stderr.write(withoutSecrets(line)) },
    serializers: {
      req: (request: FastifyRequest) => ({
        method: request.method,
        url: loggedUrl(request.url),
        remoteAddress: request.ip,
      }),
    },
    redact: ['*.authorization', '*.cookie', '*.token', '*.password', '*.headers'],
  }
}

/** A URL, without its query if that contains a ticket, which is as good as a token. */
function loggedUrl(url: string): string {
  const [path = '', query = ''] = url.split('?', 2)
  try {
    return /ticket=/i.test(decodeURIComponent(query)) ? path : url
  } catch {
    return path
  }
}

/** A log line without the secrets in its values: URLs, causes, answers from other systems. */
export function withoutSecrets(line: string): string {
  const safe = redactText(line)
  if (safe === line) return line
  try {
    return `${JSON.stringify(redactValue(JSON.parse(line)))}\n`
  } catch {
    return safe
  }
}
