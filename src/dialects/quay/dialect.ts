import { keepBodiesAsBytes } from '../api/bytes-body.ts'
import type { Dialect, DialectContext } from '../api/dialect.ts'
import { QUAY_API } from './api/description.ts'
import { applyBrowserRules } from './browser/browser-rules.ts'
import { configRoutes } from './browser/config.ts'
import { currentUserRoutes } from './browser/current-user.ts'
import { redirectDoubledSlashes } from './browser/doubled-slashes.ts'
import { errorRoutes } from './browser/error-routes.ts'
import { signInRoutes } from './browser/sign-in.ts'
import { answerError, problem } from './errors.ts'
import { exportOperation } from './exports/export-logs.ts'
import { EXPORT_BODY_BYTES_MAX } from './exports/export-request.ts'
import { exportedFileRoute } from './exports/exported-file.ts'
import { aggregateOperation, type LogOperation, listOperation } from './log/operations.ts'
import { emptyLists } from './registry/empty-lists.ts'
import { repositoryListRoute } from './registry/repository-list.ts'
import { detailsOperation } from './registry/subject-details.ts'
import { superuserRoutes } from './registry/superuser.ts'
import { logRoutes } from './routes.ts'

/** What an installation can choose about the Quay dialect (`dialects.quay.*`). */
export interface QuaySettings {
  /** Longest range of an aggregate, in days, the day added to its end included; absent: any. */
  readonly aggregateDaysMax?: number | undefined
  /** Whether a GET by a browser must carry `X-Requested-With`; absent: it must, as in Quay. */
  readonly browserApiCallsXhrOnly?: boolean
  /** How long after its password a session reads the superuser's logs; absent: ten minutes. */
  readonly freshLoginSeconds?: number
  /** The status that grants an export: 200 as Quay sends it, the default, or the documented 201. */
  readonly exportStatus?: '200' | '201'
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
    prefixes: ['/api/v1/', '/exportedlogs/'],
    answerError,
    unknownPath: () => problem('not_found'),
    api: QUAY_API,
    register(scope, context) {
      scope.addHook('onRequest', async (_request, reply) => {
        void reply.headers(CORS_HEADERS)
      })
      redirectDoubledSlashes(scope)
      // Of the framework's own parsers Quay has that of JSON alone.
      scope.removeContentTypeParser('text/plain')
      scope.setErrorHandler(answerError)
      const operations = logOperations(context, settings)
      applyBrowserRules(scope, context, { xhrOnly: settings.browserApiCallsXhrOnly ?? true })
      scope.register((logs, _options, done) => {
        // Quay checks the sender's rights before it reads a body.
        keepBodiesAsBytes(logs, { bodyLimit: EXPORT_BODY_BYTES_MAX })
        logRoutes(logs, context, operations)
        done()
      })
      exportedFileRoute(scope, context)
      repositoryListRoute(scope, context)
      superuserRoutes(scope, context, settings)
      signInRoutes(scope, context)
      currentUserRoutes(scope, context)
      configRoutes(scope)
      errorRoutes(scope)
    },
  }
}

/** What can be asked of a log, by the last segment of its path. */
export function logOperations(
  context: DialectContext,
  { aggregateDaysMax, exportStatus }: QuaySettings,
): ReadonlyMap<string, LogOperation> {
  return new Map([
    ['logs', listOperation(context)],
    ['', detailsOperation(context)],
    ['aggregatelogs', aggregateOperation(context, aggregateDaysMax)],
    ['exportlogs', exportOperation(context, exportStatus === '201' ? 201 : 200)],
    ...emptyLists(),
  ])
}
