import { Fault } from '../errors.ts'
import type { Asker } from './asker.ts'

/** How many may be open at once. */
export interface QuotaLimits {
  /** What is counted, in plural: `streams`. */
  readonly what: string
  readonly callerMax: number
  readonly tenantMax: number
  readonly allMax: number
  /** The retry delay for a rejected client. */
  readonly retryAfterSeconds: number
}

/** Whose limit is reached. */
type Reached = 'caller' | 'tenant' | 'all'

/** Counts what is open at once, by caller, by tenant and in total. */
export class Quota {
  readonly #limits: QuotaLimits
  readonly #byTenant = new Map<string, Map<string, number>>()
  #all = 0

  constructor(limits: QuotaLimits) {
    this.#limits = limits
  }

  /** Whose limit prevents an asker from opening another one; undefined when none does. */
  reached({ tenant, caller }: Asker): Reached | undefined {
    const { callerMax, tenantMax, allMax } = this.#limits
    if (this.#all >= allMax) return 'all'
    const callers = this.#byTenant.get(tenant) ?? new Map<string, number>()
    if ((callers.get(caller) ?? 0) >= callerMax) return 'caller'
    const ofTenant = [...callers.values()].reduce((sum, count) => sum + count, 0)
    return ofTenant >= tenantMax ? 'tenant' : undefined
  }

  /**
   * Counts one more.
   *
   * @returns a function that ends it; further calls have no effect.
   *
   * @throws Fault `request.too-many` at a limit.
   */
  enter(asker: Asker): () => void {
    const { what, callerMax, tenantMax, allMax, retryAfterSeconds } = this.#limits
    if (this.reached(asker) !== undefined) {
      const shares = `${callerMax} per token, ${tenantMax} per tenant, ${allMax} in total`
      const detail = `concurrent ${what} are limited to ${shares}`
      throw new Fault('request.too-many', { detail, retryAfterSeconds })
    }
    this.#add(asker, 1)
    let isOpen = true
    return () => {
      if (isOpen) this.#add(asker, -1)
      isOpen = false
    }
  }

  #add({ tenant, caller }: Asker, change: 1 | -1): void {
    const callers = this.#byTenant.get(tenant) ?? new Map<string, number>()
    const count = (callers.get(caller) ?? 0) + change
    this.#all += change
    if (count > 0) callers.set(caller, count)
    else callers.delete(caller)
    if (callers.size > 0) this.#byTenant.set(tenant, callers)
    else this.#byTenant.delete(tenant)
  }
}
