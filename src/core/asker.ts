import { AsyncLocalStorage } from 'node:async_hooks'

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

/** What is known of the request whose work is running. */
interface RequestScope {
  asker: Asker | undefined
  /** Whether its client has gone away: nothing needs to be done for it anymore. */
  readonly isGone: () => boolean
}

const SCOPES = new AsyncLocalStorage<RequestScope>()

/** Runs the work of a request. `nameCaller` says who sent it, once that is known. */
export function inRequest(isGone: () => boolean, work: () => void): void {
  SCOPES.run({ asker: undefined, isGone }, work)
}

/** Runs work that outlives the request that starts it. */
export function outsideRequest<Result>(work: () => Result): Result {
  return SCOPES.exit(work)
}

/** Remembers who sent the current request. */
export function nameCaller(principal: Named): void {
  const scope = SCOPES.getStore()
  if (scope !== undefined) scope.asker = askerOf(principal)
}

/** Who sent the current request; undefined outside of requests and before it is known. */
export function currentAsker(): Asker | undefined {
  return SCOPES.getStore()?.asker
}

/** Answers whether the client of the current request has gone away; outside of requests never. */
export function goneCheck(): () => boolean {
  return SCOPES.getStore()?.isGone ?? (() => false)
}
