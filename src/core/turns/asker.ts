/** The caller whose share of something limited is used. */
export interface Asker {
  /** `NO_TENANT` for an administrator of the installation. */
  readonly tenant: string
  /** Id of the token, session or key of a request; `''` for Waybill's own work. */
  readonly caller: string
}

/** The tenant of a caller without one; no tenant has an empty name. */
export const NO_TENANT = ''

/** The part of a principal by which shares are counted. */
interface Named {
  readonly tenant: string | null
  readonly tokenId: string
}

/** The asker for a principal's requests. */
export function askerOf({ tenant, tokenId }: Named): Asker {
  return { tenant: tenant ?? NO_TENANT, caller: tokenId }
}
