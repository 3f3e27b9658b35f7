import { type TenantAliases, TenantNames } from '../../access/directory/tenant-names.ts'
import { keepBodiesAsBytes } from '../api/bytes-body.ts'
import type { Dialect } from '../api/dialect.ts'
import { HSS_API } from './api/description.ts'
import { requestIdOf } from './api/json.ts'
import { answerError, unknownPath } from './errors.ts'
import { Projects } from './identity/projects.ts'
import { SubjectTokens } from './identity/subject-token.ts'
import { hssRoutes, PREFIXES } from './routes.ts'
import { AccessKeyLocks } from './signature/access-key-locks.ts'
import { queryOf } from './signature/request-url.ts'

/** What an installation can choose about this dialect (`dialects.hss.*`). */
export interface HssSettings {
  /** Name of the region that clients ask for; absent: a project has its tenant's name. */
  readonly region?: string | undefined
  /** Whether an access key is locked after several wrong signatures; absent: it is not. */
  readonly lockAccessKeys?: boolean
}

/** What this dialect shows beside events. */
export interface HssFacts {
  readonly tenants: readonly TenantAliases[]
  /** What links to this server begin with; undefined: as the request came. */
  readonly publicUrl: string | undefined
}

/**
 * The container image operation logs of Huawei Cloud HSS, and as much of IAM as their clients need.
 * See docs/dialects/hss.md for what deviates.
 */
export function hssDialect(settings: HssSettings, { tenants, publicUrl }: HssFacts): Dialect {
  const projects = new Projects({
    projectIds: new TenantNames(tenants, 'projectIds'),
    accounts: new TenantNames(tenants, 'accounts'),
    region: settings.region,
  })
  return {
    name: 'hss',
    prefixes: PREFIXES,
    answerError,
    unknownPath,
    api: HSS_API,
    register(scope, context) {
      const { directory, clock } = context
      scope.addHook('onRequest', async (request, reply) => {
        requestIdOf(reply)
        // Instead of the framework's, which takes a plus sign for a blank.
        request.query = queryOf(request.raw.url ?? '')
      })
      scope.setErrorHandler(answerError)
      // Whatever a client calls it, a body is JSON, and its bytes are what was signed.
      keepBodiesAsBytes(scope)
      hssRoutes(scope, {
        context,
        projects,
        subjectTokens: new SubjectTokens({
          box: context.secretBox('hss subject tokens'),
          directory,
          clock,
        }),
        locks: settings.lockAccessKeys === true ? new AccessKeyLocks() : undefined,
        publicUrl,
      })
    },
  }
}
