import type { TenantNames } from '../../../access/directory/tenant-names.ts'

/** A project as clients see it. */
export interface Project {
  readonly id: string
  /** The name of the region, as on Huawei, where every region has a project of the same name. */
  readonly name: string
  readonly tenant: string
}

/** How tenants are shown as projects, and found by the clients' names. */
export interface ProjectsOptions {
  readonly projectIds: TenantNames
  /** The account that a project belongs to: Huawei's domain. */
  readonly accounts: TenantNames
  /** Name of the only region; undefined when each project has its tenant's name. */
  readonly region: string | undefined
}

/** The projects: one for each tenant. */
export class Projects {
  readonly #options: ProjectsOptions

  constructor(options: ProjectsOptions) {
    this.#options = options
  }

  /** The region of the projects; clients need a name for it. */
  get region(): string {
    return this.#options.region ?? 'waybill'
  }

  ofTenant(tenant: string): Project {
    const { projectIds, region } = this.#options
    return { id: projectIds.shown(tenant), name: region ?? tenant, tenant }
  }

  /** The account of a tenant. */
  domainOf(tenant: string): { readonly id: string; readonly name: string } {
    const name = this.#options.accounts.shown(tenant)
    return { id: name, name }
  }

  /** The tenant whose project has this id. */
  tenantOfId(id: string): string {
    return this.#options.projectIds.tenantOf(id)
  }

  /** The tenant of an account. */
  tenantOfDomain(name: string): string {
    return this.#options.accounts.tenantOf(name)
  }

  /**
   * The tenant whose project has this name, for a caller of the tenant `own`: the name of the
   * region means the caller's own project.
   */
  tenantOfName(name: string, own: string): string {
    return name === this.#options.region ? own : this.#options.projectIds.tenantOf(name)
  }

  /** The tenants with configured names. */
  get configured(): readonly string[] {
    return this.#options.projectIds.configured
  }
}
