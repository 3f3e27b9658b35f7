import type { JsonObject } from '../../../core/event/event.ts'
import { formatTimestamp } from '../../../core/time/timestamp.ts'
import type { Caller } from '../credentials.ts'
import type { Projects } from './projects.ts'
import type { SubjectToken } from './subject-token.ts'

/** The content of a token's answer in addition to the token. */
export interface TokenBodyOptions {
  readonly token: SubjectToken
  readonly principal: Caller['principal']
  /** The tenant of a principal without one. */
  readonly defaultTenant: string
  readonly projects: Projects
  /** The URL of this server; undefined when the client wants no catalog. */
  readonly baseUrl: string | undefined
}

/** The body of `POST` and `GET /v3/auth/tokens`. */
export function tokenBody(options: TokenBodyOptions): JsonObject {
  const { token, principal, projects, baseUrl, defaultTenant } = options
  const domain = projects.domainOf(principal.tenant ?? token.tenant ?? defaultTenant)
  return {
    token: {
      catalog: baseUrl === undefined ? [] : catalog(options, baseUrl),
      expires_at: formatTimestamp(token.expiresMicros),
      issued_at: formatTimestamp(token.issuedMicros),
      methods: ['password'],
      ...scopeOf(options, domain),
      roles: principal.roles.map((role) => ({ id: role, name: role })),
      user: {
        domain,
        id: principal.userId,
        name: principal.name,
        password_expires_at: '',
      },
    },
  }
}

type Domain = { readonly id: string; readonly name: string }

function scopeOf({ token, projects }: TokenBodyOptions, domain: Domain): JsonObject {
  if (token.tenant === undefined) return { domain }
  const { id, name } = projects.ofTenant(token.tenant)
  return { project: { domain: projects.domainOf(token.tenant), id, name } }
}

/** The two services of Waybill: HSS, of the project if there is one, and IAM. */
function catalog({ token, projects }: TokenBodyOptions, baseUrl: string): readonly JsonObject[] {
  const { region } = projects
  const service = (type: string, url: string): JsonObject => ({
    endpoints: [{ id: `${region}-${type}`, interface: 'public', region, region_id: region, url }],
    id: type,
    name: type,
    type,
  })
  const iam = service('iam', `${baseUrl}/v3`)
  if (token.tenant === undefined) return [iam]
  const { id } = projects.ofTenant(token.tenant)
  return [service('hss', `${baseUrl}/v5/${encodeURIComponent(id)}`), iam]
}
