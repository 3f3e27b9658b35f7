import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { CollectorName } from '../../intake/positions.ts'
import type { ApiDescription } from '../api/api-description.ts'
import { declarePrincipal, TOKEN_SCHEME } from '../api/authentication.ts'
import type { Dialect, DialectContext } from '../api/dialect.ts'
import { refuseOtherMethods, watchRoutes } from '../api/other-methods.ts'
import { problemErrors } from '../api/problems/problem-answers.ts'
import { answerProblem } from '../api/problems/problem-details.ts'
import { registerAccessKeys } from './administration/access-keys.ts'
import { registerAdministration } from './administration/administration.ts'
import { registerEventExport } from './events/event-export.ts'
import { registerFacets } from './events/event-facets.ts'
import { registerEventIntake } from './events/event-intake.ts'
import { registerEventSearch } from './events/event-search.ts'
import { registerEventSources } from './events/event-sources.ts'
import { withStrictIntegers } from './events/query-integers.ts'
import { registerCollectors } from './instance/collectors.ts'
import { registerExports } from './instance/exports.ts'
import { type InstanceFacts, registerInstanceRoutes } from './instance/instance-routes.ts'
import { registerCheckpointRoutes } from './ledger/checkpoint-routes.ts'
import { registerProofRoutes } from './ledger/proof-routes.ts'
import { registerStatementRoute } from './ledger/statement-route.ts'
import { registerTimeStamps } from './ledger/time-stamp-routes.ts'
import { registerVerificationRoute } from './ledger/verification-route.ts'
import { registerSavedSearches } from './searches/saved-search-routes.ts'
import { NO_SEARCH_RECORDS, recordSearches } from './searches/search-records.ts'
import { identifyBySession } from './session/browser-session.ts'
import { SECURE_COOKIE } from './session/session-cookie.ts'
import { registerSessions } from './session/session-routes.ts'
import { registerEventStream } from './stream/event-stream.ts'

const SESSION_SCHEME = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: SECURE_COOKIE,
    description: 'The cookie of `POST /v1/session`; `waybill` over plain HTTP to localhost',
  },
} as const

const NATIVE_API: ApiDescription = {
  tag: {
    name: 'Native',
    description:
      "Waybill's own API. Errors are problem details (RFC 9457) of type application/problem+json.",
  },
  securitySchemes: { ...TOKEN_SCHEME, ...SESSION_SCHEME },
  errorAnswers: problemErrors,
}

/**
 * Waybill's own API: everything that it can do, with problems as in RFC 9457.
 *
 * @param ownCollectors the collectors that run in this server.
 */
export function nativeDialect(
  facts: InstanceFacts,
  ownCollectors: readonly CollectorName[] = [],
): Dialect {
  return {
    name: 'native',
    prefixes: ['/v1/'],
    api: NATIVE_API,
    register(scope, context) {
      scope.setErrorHandler(answerProblem)
      scope.setValidatorCompiler(withStrictIntegers(TypeBoxValidatorCompiler))
      // Schemas only describe the answers; they must not drop members that they do not list.
      scope.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
      declarePrincipal(scope)
      identifyBySession(scope, context)
      scope.register((routes, _options, done) => {
        registerRoutes(routes, context, { facts, ownCollectors })
        done()
      })
    },
  }
}

interface OwnParts {
  readonly facts: InstanceFacts
  readonly ownCollectors: readonly CollectorName[]
}

function registerRoutes(
  scope: FastifyInstance,
  context: DialectContext,
  { facts, ownCollectors }: OwnParts,
): void {
  const methodsOf = watchRoutes(scope)
  const typed = scope.withTypeProvider<TypeBoxTypeProvider>()
  const searches = facts.recordsSearches ? recordSearches(scope, context) : NO_SEARCH_RECORDS
  const { isLedgerPublic } = facts
  registerEventSearch(typed, context, searches)
  registerFacets(typed, context, searches)
  registerEventSources(typed, context)
  registerEventExport(typed, context, { searches, isLedgerPublic })
  registerEventStream(typed, context, searches)
  registerInstanceRoutes(typed, context, facts)
  registerCheckpointRoutes(typed, context, isLedgerPublic)
  registerVerificationRoute(typed, context)
  registerStatementRoute(typed, context)
  registerTimeStamps(typed, context, isLedgerPublic)
  registerProofRoutes(typed, context, isLedgerPublic)
  registerAdministration(typed, context)
  registerAccessKeys(typed, context)
  registerSavedSearches(typed, context)
  registerSessions(typed, context)
  registerExports(typed, context, isLedgerPublic)
  registerCollectors(typed, context, ownCollectors)
  scope.register((intake, _options, done) => {
    registerEventIntake(intake.withTypeProvider<TypeBoxTypeProvider>(), context)
    done()
  })
  // Plugins run in order, so every route is known by then.
  scope.register((rest, _options, done) => {
    refuseOtherMethods(rest, methodsOf)
    done()
  })
}
