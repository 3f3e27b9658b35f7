import fastify, { type FastifyInstance, LogController } from 'fastify'
import { Fault } from '../../core/errors.ts'
import { declarePrincipal } from '../../dialects/api/authentication.ts'
import type { Dialect, DialectContext } from '../../dialects/api/dialect.ts'
import {
  knowAllMethods,
  refuseOtherMethods,
  watchRoutes,
} from '../../dialects/api/other-methods.ts'
import { answerProblem } from '../../dialects/api/problems/problem-details.ts'
import type { WebhookSource } from '../../sources/source.ts'
import { RouteBook } from '../api-document/route-book.ts'
import { serveApiDocument } from '../api-document/serve-document.ts'
import { OPERATION_API, registerHealth } from '../observe/health.ts'
import { countRequests, type Metrics, registerMetrics } from '../observe/metrics.ts'
import type { Readiness } from '../observe/readiness.ts'
import type { TokenUses } from '../observe/token-uses.ts'
import { protectAnswer } from './answer-headers.ts'
import { answerConnectionError, refuseExpectations } from './connection-errors.ts'
import { limitConnections } from './connection-limit.ts'
import { registerConsole } from './console-pages.ts'
import {
  BODY_BYTES_MAX,
  CONNECTIONS_MAX,
  HEADER_BYTES_MAX,
  HEADERS_MS_MAX,
  KEEP_ALIVE_MS,
  PATH_PARAMETER_LENGTH_MAX,
  REQUEST_MS_MAX,
  SILENCE_MS_MAX,
} from './limits.ts'
import { loggerOptions } from './logging.ts'
import { createRefusedDeliveries } from './refused-deliveries.ts'
import { checkRequestHead } from './request-head.ts'
import { tidySourceUrl } from './source-path.ts'
import { registerSources, SOURCE_API } from './source-routes.ts'
import { SpelledResponse } from './spelled-response.ts'

/** What a server consists of, and what it serves. */
export interface ServerOptions {
  readonly context: DialectContext
  readonly dialects: readonly Dialect[]
  readonly sources: readonly WebhookSource[]
  readonly readiness: Readiness
  readonly metrics: Metrics
  /** Whether only administrators of the installation may read them; absent when everyone may. */
  readonly hasPrivateMetrics?: boolean
  /** The version of the program, for the API document. */
  readonly version: string
  /** Absent when uses of tokens are not recorded. */
  readonly tokenUses?: Pick<TokenUses, 'watch'> | undefined
  readonly logLevel: string
  /** Addresses and ranges whose X-Forwarded headers are trusted; absent for none. */
  readonly trustedProxies?: readonly string[] | undefined
  /** Most connections of one address; those of trusted proxies are not counted. */
  readonly addressConnectionsMax: number
}

/**
 * The HTTP server: a scope for each dialect, the webhooks of the sources, health and metrics. It
 * does not listen yet; `close` ends its streams and finishes requests in progress.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const { context, metrics, sources } = options
  const kinds = sources.map(({ kind }) => kind)
  const refusedDeliveries = createRefusedDeliveries({ kinds, clock: context.clock, metrics })
  const server = fastify({
    logger: loggerOptions(options.logLevel),
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for each request is costly, and no request writes two lines to connect by an id.
    childLoggerFactory: (logger) => logger,
    // A missing Host is rejected like an invalid one, as problem details.
    http: {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: HEADERS_MS_MAX,
      requireHostHeader: false,
      ServerResponse: SpelledResponse,
    },
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    connectionTimeout: SILENCE_MS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    clientErrorHandler: answerConnectionError,
    routerOptions: { maxParamLength: PATH_PARAMETER_LENGTH_MAX },
    // A client whose base URL ends in a slash sends `//api/…`.
    rewriteUrl: ({ url = '/' }) => tidySourceUrl(url.replace(/^\/{2,}/, '/')),
    frameworkErrors: (error, request, reply) => {
      refusedDeliveries.watch(request, reply)
      const dialect = options.dialects.find(({ prefixes }) =>
        prefixes.some((prefix) => request.url.startsWith(prefix)),
      )
      const answer = dialect?.answerError ?? answerProblem
      void answer(error, request, reply)
    },
  })
  knowAllMethods(server)
  server.server.maxConnections = CONNECTIONS_MAX
  limitConnections(server.server, {
    addressConnectionsMax: options.addressConnectionsMax,
    exempt: options.trustedProxies ?? [],
  })
  server.setErrorHandler(answerProblem)
  server.setNotFoundHandler(() => {
    throw new Fault('resource.missing')
  })
  server.addHook('onRequest', (request, reply, done) => {
    refusedDeliveries.watch(request, reply)
    done()
  })
  server.addHook('onRequest', checkRequestHead)
  server.addHook('onSend', protectAnswer)
  refuseExpectations(server.server)
  options.tokenUses?.watch(server)
  const book = new RouteBook()
  registerOwnRoutes(server, options, book)
  for (const dialect of options.dialects) {
    server.register((scope, _options, done) => {
      countRequests(scope, metrics, dialect.name)
      refuseUnknownPaths(scope, dialect)
      book.watch(scope, dialect.api)
      dialect.register(scope, context)
      done()
    })
  }
  return server
}

/** What a server answers besides its dialects: health, metrics, sources and the console. */
function registerOwnRoutes(server: FastifyInstance, options: ServerOptions, book: RouteBook): void {
  const { context, metrics, sources } = options
  server.register((scope, _options, done) => {
    const methodsOf = watchRoutes(scope)
    book.watch(scope, OPERATION_API)
    registerHealth(scope, options.readiness)
    declarePrincipal(scope)
    registerMetrics(scope, metrics, options.hasPrivateMetrics ? context.directory : undefined)
    serveApiDocument(scope, book, options.version)
    refuseOtherMethods(scope, methodsOf)
    done()
  })
  server.register((scope, _options, done) => {
    countRequests(scope, metrics, 'sources')
    const methodsOf = watchRoutes(scope)
    book.watch(scope, SOURCE_API)
    registerSources(scope, sources, { context, metrics })
    refuseOtherMethods(scope, methodsOf)
    done()
  })
  server.register((scope, _options, done) => {
    countRequests(scope, metrics, 'console')
    const methodsOf = watchRoutes(scope)
    registerConsole(scope)
    refuseOtherMethods(scope, methodsOf)
    done()
  })
}

/**
 * Answers the unknown routes of a dialect. By itself the framework supports only one handler for
 * all scopes with routes at the root.
 */
function refuseUnknownPaths(scope: FastifyInstance, { prefixes, unknownPath }: Dialect): void {
  const refuse = () => {
    throw unknownPath?.() ?? new Fault('resource.missing')
  }
  for (const prefix of prefixes) {
    // Before the body is read, because nothing will use it.
    scope.all(`${prefix}*`, { schema: { hide: true }, onRequest: refuse }, () => undefined)
  }
}
