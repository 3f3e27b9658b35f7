import { createDialect } from '../api/api-dialect.ts'
import type { Dialect } from '../api/dialect.ts'
import { QUAY_API } from './api/description.ts'
import { answerOptions } from './api/options.ts'
import type { QuaySettings } from './api/services.ts'
import { applyBrowserRules } from './browser/browser-rules.ts'
import { redirectDoubledSlashes } from './browser/doubled-slashes.ts'
import { answerError, problem, wrongMethod } from './errors.ts'
import { QUAY_ROUTES } from './routes.ts'

/** What Quay sends with every answer of its API. */
const CORS_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'DELETE, GET, HEAD, OPTIONS, POST, PUT',
  'Access-Control-Max-Age': '21600',
  'Access-Control-Allow-Headers': 'AUTHORIZATION, CONTENT-TYPE, X-REQUESTED-WITH',
}

/** The usage logs of Red Hat Quay. See docs/dialects/quay.md for what deviates. */
export function quayDialect(settings: QuaySettings = {}): Dialect {
  return createDialect({
    name: 'quay',
    prefixes: ['/api/v1/', '/exportedlogs/'],
    routes: QUAY_ROUTES,
    deviations: {
      options: { is: answerOptions, because: 'browsers ask before they send to another origin' },
    },
    answerError,
    unknownPath: () => problem('not_found'),
    wrongMethod,
    description: QUAY_API,
    services(context, scope) {
      scope.addHook('onRequest', async (_request, reply) => {
        void reply.headers(CORS_HEADERS)
      })
      redirectDoubledSlashes(scope)
      applyBrowserRules(scope, context, { xhrOnly: settings.browserApiCallsXhrOnly ?? true })
      return { context, settings }
    },
  })
}
