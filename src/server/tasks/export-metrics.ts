import { Gauge, type Registry } from 'prom-client'
import {
  DELIVERY_STATUSES,
  EXPORT_STATUSES,
  type ExportJob,
} from '../../exports/jobs/export-job.ts'

/** Reports exports and their deliveries, by status. */
export function registerExportGauges(
  registers: Registry[],
  jobs: () => readonly ExportJob[],
): void {
  new Gauge({
    name: 'waybill_exports',
    help: 'Remembered exports, by status',
    labelNames: ['status'],
    registers,
    collect() {
      const statuses = jobs().map(({ status }) => status)
      for (const status of EXPORT_STATUSES) this.set({ status }, countOf(statuses, status))
    },
  })
  new Gauge({
    name: 'waybill_export_deliveries',
    help: 'Callbacks and mails of these exports, by status',
    labelNames: ['status'],
    registers,
    collect() {
      const statuses = jobs().flatMap(({ deliveries }) => deliveries.map(({ status }) => status))
      for (const status of DELIVERY_STATUSES) this.set({ status }, countOf(statuses, status))
    },
  })
}

function countOf<Status>(statuses: readonly Status[], wanted: Status): number {
  return statuses.filter((status) => status === wanted).length
}
