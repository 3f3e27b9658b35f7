/** What this browser remembers of a ledger, to compare later answers with. */
export interface Trust {
  /** Verifier keys, as texts, that were pinned on the first visit or accepted since. */
  readonly keys: readonly string[]
  /** When the first key was pinned, RFC 3339. */
  readonly pinnedAt: string
  /** The newest checkpoint that was verified here. */
  readonly checkpoint?: string
}

/** Where it is remembered. */
export interface TrustStore {
  readonly read: () => Trust | undefined
  readonly write: (trust: Trust | undefined) => void
}

/** What was stored; undefined for nothing, and for what cannot be read. */
export function parseTrust(text: string | null): Trust | undefined {
  try {
    const { keys, pinnedAt, checkpoint } = JSON.parse(text ?? 'null') ?? {}
    if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string')) return undefined
    return {
      keys,
      pinnedAt: String(pinnedAt),
      ...(typeof checkpoint === 'string' && { checkpoint }),
    }
  } catch {
    return undefined
  }
}
