import type { Dialect } from '../dialect.ts'
import { answerError, problem } from './errors.ts'
import { aggregateOperation, type LogOperation, listOperation } from './operations.ts'
import { errorRoutes, logRoutes } from './routes.ts'

/** What an installation can choose about the Quay dialect (`dialects.quay.*`). */
export interface QuaySettings {
  /** Longest range of an aggregate, in days, the day added to its end included; absent: any. */
  readonly aggregateDaysMax?: number | undefined
}

/** What Quay sends with every answer of its API. */
const CORS_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'DELETE, GET, HEAD, OPTIONS, POST, PUT',
  'Access-Control-Max-Age': '21600',
  'Access-Control-Allow-Headers': 'AUTHORIZATION, CONTENT-TYPE, X-REQUESTED-WITH',
}

/** The usage logs of Red Hat Quay. See docs/dialects/quay.md for what deviates. */
export function quayDialect(settings: QuaySettings = {}): Dialect {
  return {
    name: 'quay',
    prefixes: ['/api/v1/'],
    answerError,
    register(scope, context) {
      scope.addHook('onRequest', async (_request, reply) => {
        void reply.headers(CORS_HEADERS)
      })
      scope.setErrorHandler(answerError)
      scope.setNotFoundHandler(() => {
        throw problem('not_found')
      })
      const operations = new Map<string, LogOperation>([
        ['logs', listOperation(context)],
        ['aggregatelogs', aggregateOperation(context, settings.aggregateDaysMax)],
      ])
      logRoutes(scope, context, operations)
      errorRoutes(scope)
    },
  }
}
