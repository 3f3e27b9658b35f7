import type { LedgerHolding } from '../event-writer.ts'

/** How large a ledger is known to be, and whose it is. */
export interface KnownLedger {
  readonly origin: string
  /** Leaves of its tree. */
  readonly size: number
}

/**
 * What the store lacks, counted against the trees: of the opened ledger against its own tree, of
 * every other origin of a shared store against the head that its instance saved last. One sentence
 * for each ledger that is not whole; none when every event is there.
 */
export function missingEvents(
  holdings: readonly LedgerHolding[],
  { origin, size }: KnownLedger,
): readonly string[] {
  return holdings.flatMap((holding) => {
    const isOwn = holding.origin === origin
    const expected = Math.max(isOwn ? size : 0, holding.savedSize ?? 0, holding.nextSeq)
    const found = describe(holding, expected)
    return found === undefined ? [] : [`ledger ${holding.origin}: ${found}`]
  })
}

function describe(holding: LedgerHolding, expected: number): string | undefined {
  const { events, isWhole, savedSize } = holding
  const counts = `${expected} events were recorded, the store holds ${events}`
  if (events < expected) return `${counts}: ${expected - events} are missing`
  if (events > expected) return `${counts}: ${events - expected} were added`
  if (!isWhole) return `${counts}, some of them twice and others not at all`
  if (savedSize === undefined) return 'the saved tree head is missing'
  return undefined
}
