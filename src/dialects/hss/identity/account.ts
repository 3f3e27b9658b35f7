import type { FastifyRequest } from 'fastify'
import type { Principal } from '../../../access/directory/principal.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import { firstValue } from '../../api/parameter-values.ts'
import type { Project, Projects } from './projects.ts'

/** Whose account is asked about. */
export interface AccountOptions {
  readonly principal: Principal
  readonly projects: Projects
  readonly defaultTenant: string
  readonly request: FastifyRequest
}

/** `GET /v3/projects[?name=]`: the projects that the caller may ask about. */
export function listProjects(options: AccountOptions): JsonObject {
  const { projects, request } = options
  const name = firstValue(request.query, 'name')
  const own = tenantsOf(options).map((tenant) => projects.ofTenant(tenant))
  const isNamed = ({ name: shownName, tenant, id }: Project) =>
    name === undefined || [shownName, tenant, id].includes(name)
  const shown = own.filter(isNamed)
  return {
    links: links(request),
    projects: shown.map(({ id, name, tenant }) => {
      const domain = projects.domainOf(tenant)
      return {
        description: '',
        domain_id: domain.id,
        enabled: true,
        id,
        is_domain: false,
        links: { self: `${selfUrl(request, '/v3/projects')}/${encodeURIComponent(id)}` },
        name,
        parent_id: domain.id,
      }
    }),
  }
}

/** `GET /v3/auth/domains`: the account of who asks. */
export function listDomains(options: AccountOptions): JsonObject {
  const { projects, request } = options
  return {
    domains: tenantsOf(options).map((tenant) => {
      const { id, name } = projects.domainOf(tenant)
      const self = `${selfUrl(request, '/v3/domains')}/${encodeURIComponent(id)}`
      return { description: '', enabled: true, id, links: { self }, name }
    }),
    links: links(request),
  }
}

/** `GET /v3/regions`: the one that there is. */
export function listRegions({ projects, request }: AccountOptions): JsonObject {
  const { region } = projects
  const self = `${selfUrl(request, '/v3/regions')}/${encodeURIComponent(region)}`
  return {
    links: links(request),
    regions: [
      {
        description: '',
        id: region,
        links: { self },
        locales: { 'en-us': region },
        parent_region_id: null,
        type: 'public',
      },
    ],
  }
}

/** The caller's tenant; for users that belong to no tenant, those that are known by name. */
function tenantsOf({ principal, projects, defaultTenant }: AccountOptions): readonly string[] {
  if (principal.tenant !== null) return [principal.tenant]
  return [...new Set([defaultTenant, ...projects.configured])]
}

function links(request: FastifyRequest): JsonObject {
  const path = request.url.split('?', 1)[0] ?? ''
  return { next: null, previous: null, self: selfUrl(request, path) }
}

function selfUrl({ protocol, host }: FastifyRequest, path: string): string {
  return `${protocol}://${host}${path}`
}
