import type { TenantNames } from '../../../access/directory/tenant-names.ts'

/** What clients are told of a project. */
export interface Project {
  readonly id: string
  /** That of the region, as Huawei names the project that every region has. */
  readonly name: string
  readonly tenant: string
}

/** How tenants are shown as projects, and found by what clients call them. */
export interface ProjectsOptions {
  readonly projectIds: TenantNames
  /** The account that a project belongs to: Huawei's domain. */
  readonly accounts: TenantNames
  /** Name of the only region there is; undefined: each project has its tenant's name. */
  readonly region: string | undefined
}

/** The projects: one for each tenant. */
export class Projects {
  readonly #options: ProjectsOptions

  constructor(options: ProjectsOptions) {
    this.#options = options
  }

  /** Where the project is; a client has to call it something. */
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
   * The tenant whose project has this name, for somebody whose own tenant is `own`: the name of the
   * region means the own one.
   */
  tenantOfName(name: string, own: string): string {
    return name === this.#options.region ? own : this.#options.projectIds.tenantOf(name)
  }

  /** The tenants that are known by name. */
  get configured(): readonly string[] {
    return this.#options.projectIds.configured
  }
}
