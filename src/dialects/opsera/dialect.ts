import { type TenantAliases, TenantNames } from '../../access/directory/tenant-names.ts'
import type { Dialect } from '../api/dialect.ts'
import { OPSERA_API } from './api/description.ts'
import { answerError, notFound } from './errors.ts'
import { logRoutes } from './routes.ts'

/** What this dialect has to know of the installation. */
export interface OpseraFacts {
  /** Tenants that clients know as other accounts. */
  readonly tenants: readonly TenantAliases[]
}

/** The activity logs of Opsera. See docs/dialects/opsera.md for what deviates. */
export function opseraDialect({ tenants }: OpseraFacts): Dialect {
  const accounts = new TenantNames(tenants, 'accounts')
  return {
    name: 'opsera',
    // Unknown paths of `/api/v1/` are Quay's.
    prefixes: ['/api/v2/'],
    answerError,
    unknownPath: notFound,
    api: OPSERA_API,
    register(scope, context) {
      scope.setErrorHandler(answerError)
      logRoutes(scope, context, (tenant) => accounts.shown(tenant))
    },
  }
}
