import { type TenantAliases, TenantNames } from '../../access/directory/tenant-names.ts'
import { createDialect } from '../api/api-dialect.ts'
import type { Dialect } from '../api/dialect.ts'
import { OPSERA_API } from './api/description.ts'
import { answerError } from './errors.ts'
import { OPSERA_ROUTES } from './routes.ts'

/** What this dialect has to know of the installation. */
export interface OpseraFacts {
  /** Tenants that clients know as other accounts. */
  readonly tenants: readonly TenantAliases[]
}

/** The activity logs of Opsera. See docs/dialects/opsera.md for what deviates. */
export function opseraDialect({ tenants }: OpseraFacts): Dialect {
  const accounts = new TenantNames(tenants, 'accounts')
  return createDialect({
    name: 'opsera',
    // Unknown paths of `/api/v1/` are Quay's.
    prefixes: ['/api/v2/'],
    routes: OPSERA_ROUTES,
    answerError,
    description: OPSERA_API,
    services: (context) => ({ context, account: (tenant) => accounts.shown(tenant) }),
  })
}
