import type { RouteOptions } from 'fastify'
import { createSecretBox } from '../../src/access/tokens/secret-box.ts'
import { createClock } from '../../src/core/time/timestamp.ts'
import type { DialectContext } from '../../src/dialects/api/dialect.ts'
import { createServer } from '../../src/server/http/server.ts'
import { createMetrics } from '../../src/server/observe/metrics.ts'
import { defaultParts, watchedDialect } from './server-parts.ts'

/** A schema of a document, with references to others in it. */
type Schema = Readonly<Record<string, unknown>>
type Content = Readonly<Record<string, { readonly schema: Schema; readonly example: unknown }>>

interface DescribedAnswer {
  readonly description: string
  readonly content?: Content
}

export interface DescribedOperation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, DescribedAnswer>>
}

/** `/openapi.json` with every `$ref` put in. */
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>
  readonly tags: readonly { readonly name: string; readonly description: string }[]
}

/**
 * The API document of a server with every dialect and source, which answers nothing else, and the
 * routes that its dialects registered.
 */
export async function describedServer(): Promise<{ document: Document; routes: RouteOptions[] }> {
  const routes: RouteOptions[] = []
  const nothing = Object.create(null)
  const box = createSecretBox(Buffer.alloc(32), 'test')
  const context: DialectContext = {
    ...{ readers: nothing, ledger: nothing, audit: nothing, records: nothing, directory: nothing },
    ...{ administration: nothing, signIn: nothing, sessions: nothing, accessKeys: nothing },
    ...{ exports: nothing, cursors: nothing, signInWithToken: nothing, savedSearches: nothing },
    secretBox: () => box,
    clock: createClock(),
    checkpoints: undefined,
    otherLedger: async () => undefined,
    verifier: undefined,
    statements: undefined,
    defaultTenant: 'default',
  }
  const { dialects, sources } = await defaultParts()
  const server = createServer({
    context,
    dialects: dialects.map((dialect) => watchedDialect(dialect, routes)),
    sources,
    readiness: nothing,
    metrics: createMetrics(nothing),
    version: '1.2.3',
    logLevel: 'silent',
    addressConnectionsMax: 1,
  })
  const answer = await server.inject('/openapi.json')
  await server.close()
  const whole = answer.json()
  return { document: withoutReferences(whole, whole) as Document, routes }
}

function withoutReferences(part: unknown, whole: unknown): unknown {
  if (Array.isArray(part)) return part.map((item) => withoutReferences(item, whole))
  if (typeof part !== 'object' || part === null) return part
  const reference: unknown = Reflect.get(part, '$ref')
  if (typeof reference === 'string') {
    const path = reference.split('/').slice(1)
    const found = path.reduce<unknown>((at, name) => Reflect.get(Object(at), name), whole)
    return withoutReferences(found, whole)
  }
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name, withoutReferences(value, whole)]),
  )
}
