/** The names that vendors have for one tenant. */
export interface TenantAliases {
  /** The tenant, as its events and users name it. */
  readonly name: string
  /** Ids of the projects of a cloud account that the tenant is. */
  readonly projectIds: readonly string[]
  /** Names of the accounts, or domains of users, that the tenant is. */
  readonly accounts: readonly string[]
}

/** What a tenant can be called by. */
export type AliasKind = 'projectIds' | 'accounts'

/**
 * Finds tenants by the names that a vendor's clients call them by, of one kind. A tenant without an
 * alias is known by its own name alone.
 *
 * @throws Error from the constructor when a name means two tenants.
 */
export class TenantNames {
  readonly #tenantOf = new Map<string, string>()
  readonly #shownAs = new Map<string, string>()
  /** The tenants that have aliases, in the order of the configuration. */
  readonly configured: readonly string[]

  constructor(tenants: readonly TenantAliases[], kind: AliasKind) {
    this.configured = tenants.map(({ name }) => name)
    for (const name of this.configured) this.#tenantOf.set(name, name)
    for (const tenant of tenants) {
      for (const alias of tenant[kind]) this.#add(alias, tenant.name)
    }
  }

  /** The tenant that a name means: a text that is no alias is itself a tenant's name. */
  tenantOf(name: string): string {
    return this.#tenantOf.get(name) ?? name
  }

  /** What clients are told that a tenant is called. */
  shown(tenant: string): string {
    return this.#shownAs.get(tenant) ?? tenant
  }

  #add(alias: string, tenant: string): void {
    const other = this.#tenantOf.get(alias)
    if (other !== undefined && other !== tenant) {
      throw new Error(`the tenants ${other} and ${tenant} are both called ${alias}`)
    }
    this.#tenantOf.set(alias, tenant)
    if (!this.#shownAs.has(tenant)) this.#shownAs.set(tenant, alias)
  }
}
