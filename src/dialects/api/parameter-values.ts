import type { FastifyRequest } from 'fastify'

/** Every value of a parameter of a parsed query or path, in the order sent; empty ones included. */
export function sentValues(parameters: unknown, name: string): readonly string[] {
  if (typeof parameters !== 'object' || parameters === null) return []
  if (!Object.hasOwn(parameters, name)) return []
  const sent: unknown = Reflect.get(parameters, name)
  const values: readonly unknown[] = Array.isArray(sent) ? sent : [sent]
  return values.filter((value) => typeof value === 'string')
}

/** The first value of a parameter; undefined where there is none or it is empty. */
export function firstValue(parameters: unknown, name: string): string | undefined {
  const [value] = sentValues(parameters, name)
  return value === '' ? undefined : value
}

/**
 * The values of a cookie in a request (RFC 6265 section 4.2.1). There may be several, of different
 * paths.
 */
export function cookieValues(request: FastifyRequest, name: string): readonly string[] {
  return (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
}
