/** Consecutive wrong signatures before an access key is locked. */
const FAILURES_MAX = 5
/** How long an access key is then locked, in milliseconds. */
const LOCK_MS = 300_000

/** Locks access keys after wrong signatures, as Huawei Cloud does. */
export class AccessKeyLocks {
  readonly #failures = new Map<string, { count: number; lockedUntilMs: number }>()

  isLocked(accessKey: string, nowMs: number): boolean {
    return nowMs < (this.#failures.get(accessKey)?.lockedUntilMs ?? 0)
  }

  /** Counts a wrong signature. Call it only for existing keys, which bounds the memory. */
  failed(accessKey: string, nowMs: number): void {
    const count = (this.#failures.get(accessKey)?.count ?? 0) + 1
    const isOver = count > FAILURES_MAX
    this.#failures.set(accessKey, {
      count: isOver ? 0 : count,
      lockedUntilMs: isOver ? nowMs + LOCK_MS : 0,
    })
  }

  succeeded(accessKey: string): void {
    this.#failures.delete(accessKey)
  }
}
