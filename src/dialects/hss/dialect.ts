import { type TenantAliases, TenantNames } from '../../access/directory/tenant-names.ts'
import { createDialect } from '../api/api-dialect.ts'
import type { Dialect } from '../api/dialect.ts'
import { HSS_API } from './api/description.ts'
import { requestIdOf } from './api/json.ts'
import { answerError, unknownPath, wrongMethod } from './errors.ts'
import { Projects } from './identity/projects.ts'
import { SubjectTokens } from './identity/subject-token.ts'
import { HSS_ROUTES, PREFIXES } from './routes.ts'
import { AccessKeyLocks } from './signature/access-key-locks.ts'
import { queryOf } from './signature/request-url.ts'

/** What an installation can choose about this dialect (`dialects.hss.*`). */
export interface HssSettings {
  /** Name of the region that clients ask for; absent: a project has its tenant's name. */
  readonly region?: string | undefined
  /** Whether an access key is locked after several wrong signatures; absent: it is not. */
  readonly lockAccessKeys?: boolean
}

/** What this dialect shows besides events. */
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
  return createDialect({
    name: 'hss',
    prefixes: PREFIXES,
    routes: HSS_ROUTES,
    deviations: {
      bodies: {
        is: 'bytes',
        because: 'whatever a client calls it, a body is JSON, and its bytes are what was signed',
      },
      head: { is: 'refused', because: 'the gateway publishes an operation under one method' },
      otherMethods: {
        is: 'unknown',
        because: 'to the gateway, a path with another method is an API that is not published',
      },
    },
    answerError,
    unknownPath,
    wrongMethod,
    description: HSS_API,
    services(context, scope) {
      const { directory, clock } = context
      scope.addHook('onRequest', async (request, reply) => {
        requestIdOf(reply)
        // Instead of the framework's, which takes a plus sign for a blank.
        request.query = queryOf(request.raw.url ?? '')
      })
      return {
        context,
        projects,
        subjectTokens: new SubjectTokens({
          box: context.secretBox('hss subject tokens'),
          directory,
          clock,
        }),
        locks: settings.lockAccessKeys === true ? new AccessKeyLocks() : undefined,
        publicUrl,
      }
    },
  })
}
