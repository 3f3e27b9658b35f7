import type { FastifyRequest, FastifyServerOptions } from 'fastify'
import { redactText, redactValue } from '../../core/redaction/redact.ts'

/**
 * The log: one JSON object a line, on standard error, since standard output says when the server is
 * ready. No secret gets into it: of a request it holds only what is listed here, and every line
 * goes through the rules for secrets.
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

/** A URL without its query when that holds a ticket, which is as good as a token. */
function loggedUrl(url: string): string {
  const [path = '', query = ''] = url.split('?', 2)
  try {
    return /ticket=/i.test(decodeURIComponent(query)) ? path : url
  } catch {
    return path
  }
}

/** A line of the log with the secrets in its values replaced: URLs, causes, answers of others. */
export function withoutSecrets(line: string): string {
  const safe = redactText(line)
  if (safe === line) return line
  try {
    return `${JSON.stringify(redactValue(JSON.parse(line)))}\n`
  } catch {
    return safe
  }
}
