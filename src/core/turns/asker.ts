/** Whose share of something limited is taken. */
export interface Asker {
  /** `NO_TENANT` for an administrator of the installation. */
  readonly tenant: string
  /** Id of the token, session or key of a request; `''` for Waybill's own work. */
  readonly caller: string
}

/** The tenant of an asker without one: no tenant has an empty name. */
export const NO_TENANT = ''

/** The part of a principal that shares are counted by. */
interface Named {
  readonly tenant: string | null
  readonly tokenId: string
}

/** The asker that a principal's requests count for. */
export function askerOf({ tenant, tokenId }: Named): Asker {
  return { tenant: tenant ?? NO_TENANT, caller: tokenId }
}
