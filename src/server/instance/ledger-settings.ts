import type { Settings } from '../../config/settings.ts'
import type { OpenLedgerOptions } from '../../ledger/open-ledger.ts'

/**
 * How the configuration has a ledger opened. Behind a ClickHouse server an acknowledgement rests on
 * the server, unless it is said otherwise: what one machine's journal holds is lost with it.
 */
export function ledgerSettings(
  settings: Settings,
): Pick<OpenLedgerOptions, 'queueEventsMax' | 'journal' | 'acknowledge'> {
  const { limits, journal, ledger, store } = settings
  return {
    queueEventsMax: limits.queueEventsMax,
    journal: { bytesMax: journal.bytesMax },
    acknowledge: ledger.acknowledge ?? (store === undefined ? 'journal' : 'store'),
  }
}
