import type { Settings } from '../../config/settings.ts'
import type { OpenLedgerOptions } from '../../ledger/open-ledger.ts'

/**
 * The settings for opening a ledger. With a ClickHouse server, acknowledgements wait for the server
 * by default, because the journal is lost with its machine.
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
