import { METHODS } from 'node:http'
import type { InjectOptions, RouteOptions } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Fault } from '../../../../src/core/errors.ts'
import type { Deviations } from '../../../../src/dialects/api/api.ts'
import { type DialectServer, startDialect } from '../../../support/dialect-server.ts'
import { defaultParts, watchedDialect } from '../../../support/server-parts.ts'
import { depotDialect } from './example-vendor.ts'

/** Those of the server that an `Api` describes, and the example. */
const DIALECTS = [...(await defaultParts()).dialects, depotDialect()].filter(
  ({ name }) => name !== 'native',
)

/** CONNECT asks for a tunnel and never gets to a route. */
const SENT = METHODS.filter((method) => method !== 'CONNECT')

interface ApiPath {
  readonly path: string
  /** As it describes them. */
  readonly methods: Set<string>
  readonly deviations: Deviations
}

describe.each(DIALECTS.map((dialect) => [dialect.name, dialect] as const))('%s', (_, dialect) => {
  let api: DialectServer
  let paths: readonly ApiPath[]

  beforeEach(async () => {
    const routes: RouteOptions[] = []
    api = await startDialect(watchedDialect(dialect, routes))
    await api.server.ready()
    paths = pathsOf(routes)
  })
  afterEach(() => api.server.close())

  // The type of the method names those alone that the framework knows by itself.
  const send = (method: string, url: string, more: InjectOptions = {}) =>
    api.server.inject({ ...more, url, method: method as 'GET' })

  test('a path answers its methods, and refuses every other one by 405 and Allow', async () => {
    expect(paths.length).toBeGreaterThan(0)
    const wrong: string[] = []
    for (const { path, methods, deviations } of paths) {
      const answered = answeredMethods(methods, deviations)
      for (const method of SENT) {
        const { statusCode, headers } = await send(method, path)
        const isRefused = statusCode === (deviations.otherMethods === undefined ? 405 : 404)
        const allow = String(headers.allow ?? '').split(', ')
        const names = (isRefused || method === 'OPTIONS') && deviations.otherMethods === undefined
        const isRight =
          isRefused !== answered.has(method) &&
          (names ? allow.sort().join() === [...answered].sort().join() : allow.join() === '')
        if (!isRight) wrong.push(`${method} ${path}: ${statusCode}, Allow: ${allow}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('HEAD has the status of GET, and no body', async () => {
    for (const { path, methods, deviations } of paths) {
      if (!answeredMethods(methods, deviations).has('HEAD')) continue
      const get = await send('GET', path)
      const head = await send('HEAD', path)
      expect([path, head.statusCode, head.body]).toEqual([path, get.statusCode, ''])
    }
  })

  test('an unknown path is 404 in JSON for every method, before a body is read', async () => {
    for (const prefix of dialect.prefixes) {
      for (const method of SENT) {
        const url = `${prefix}no/such/path/at/all`
        const isPost = method === 'POST'
        const headers = { 'content-type': 'application/json' }
        const answer = await send(method, url, isPost ? { headers, payload: '{' } : { headers })
        const { statusCode, headers: answered } = answer
        expect([method, url, statusCode]).toEqual([method, url, 404])
        expect(answered['content-type']).toMatch(/^application\/json/)
      }
    }
  })

  test('a fault for which a retry helps is answered with Retry-After', async () => {
    const { directory } = api
    await directory.createUser('default', { name: 'a', roles: ['administrator'] })
    const { token } = await directory.createToken('default', { user: 'a', scopes: ['admin'] })
    directory.authenticate = () => {
      throw new Fault('store.unavailable', { retryAfterSeconds: 7, cause: new Error('secret') })
    }
    const headers = { authorization: `Bearer ${token}`, 'x-auth-token': token }
    const answers = await Promise.all(
      paths
        .filter(({ methods }) => methods.has('GET'))
        .map(({ path }) => send('GET', path, { headers })),
    )
    const busy = answers.filter(({ statusCode }) => statusCode === 503)
    expect(busy.length).toBeGreaterThan(0)
    for (const { headers: answered, body } of busy) {
      expect(answered['retry-after']).toBe('7')
      expect(answered['content-type']).toMatch(/^application\/json/)
      expect(body).not.toContain('secret')
    }
  })
})

/** What a path answers: what it describes, and what its API adds to that. */
function answeredMethods(
  methods: ReadonlySet<string>,
  { head, options }: Deviations,
): ReadonlySet<string> {
  return new Set([
    ...methods,
    ...(methods.has('GET') && head === undefined ? ['HEAD'] : []),
    ...(options !== undefined && options.is !== 'refused' ? ['OPTIONS'] : []),
  ])
}

/** The paths that an API describes, with an example for each parameter. */
function pathsOf(routes: readonly RouteOptions[]): readonly ApiPath[] {
  const paths = new Map<string, ApiPath>()
  for (const { url, config = {} } of routes) {
    const { operations = [], deviations = {} } = config
    for (const { method = '', path = url } of operations) {
      const example = path.replace(/:\w+|\{\w+\}/g, 'x')
      const known = paths.get(example) ?? { path: example, methods: new Set(), deviations }
      known.methods.add(method.toUpperCase())
      paths.set(example, known)
    }
  }
  return [...paths.values()]
}
