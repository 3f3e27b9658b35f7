import { Counter, Gauge, type Registry } from 'prom-client'

/** Counts the work of one collector. */
export interface CollectorMeter {
  stored(accepted: number, duplicates: number): void
  /** Entries that the vendor counts but does not return. */
  missing(count: number): void
  ended(ending: 'success' | 'failure'): void
}

/** A meter for each collector, by `kind/name`. */
export function collectorMeters(registers: Registry[]): (collector: string) => CollectorMeter {
  const labelNames = ['collector'] as const
  const events = new Counter({
    name: 'waybill_collector_events_total',
    help: 'Events read by a collector, by whether they were new',
    labelNames: [...labelNames, 'result'],
    registers,
  })
  const missing = new Counter({
    name: 'waybill_collector_missing_total',
    help: 'Entries that a vendor counts but does not return, even when read again',
    labelNames,
    registers,
  })
  const runs = new Counter({
    name: 'waybill_collector_runs_total',
    help: 'Finished runs of a collector, by result',
    labelNames: [...labelNames, 'result'],
    registers,
  })
  const lastSuccess = new Gauge({
    name: 'waybill_collector_last_success_timestamp_seconds',
    help: 'When a collector last read everything',
    labelNames,
    registers,
  })
  return (collector) => ({
    stored(accepted, duplicates) {
      events.inc({ collector, result: 'accepted' }, accepted)
      events.inc({ collector, result: 'duplicate' }, duplicates)
    },
    missing: (count) => missing.inc({ collector }, count),
    ended(result) {
      runs.inc({ collector, result })
      if (result === 'success') lastSuccess.setToCurrentTime({ collector })
    },
  })
}
