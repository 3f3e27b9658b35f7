import { Gauge, type Registry } from 'prom-client'
import { parseTimestamp } from '../../core/time/timestamp.ts'
import type { TimeStampState } from './own-time-stamps.ts'

/** Reports the time stamps of checkpoints. */
export function registerTimeStampGauges(registers: Registry[], state: () => TimeStampState): void {
  new Gauge({
    name: 'waybill_time_stamp_timestamp_seconds',
    help: 'When a checkpoint was last stamped; 0 for never',
    registers,
    collect() {
      this.set((parseTimestamp(state().time) ?? 0) / 1_000_000)
    },
  })
  new Gauge({
    name: 'waybill_time_stamp_failures',
    help: 'Consecutive requests for a time stamp that failed',
    registers,
    collect() {
      this.set(state().failures)
    },
  })
}
