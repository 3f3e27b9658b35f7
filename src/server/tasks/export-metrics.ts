import { Gauge, type Registry } from 'prom-client'
import {
  DELIVERY_STATUSES,
  EXPORT_STATUSES,
  type ExportJob,
} from '../../exports/jobs/export-job.ts'

/** Shows how many exports, and how many tellings of them, are in each state. */
export function registerExportGauges(
  registers: Registry[],
  jobs: () => readonly ExportJob[],
): void {
  new Gauge({
    name: 'waybill_exports',
    help: 'Exports that are remembered, by how far they are',
    labelNames: ['status'],
    registers,
    collect() {
      const statuses = jobs().map(({ status }) => status)
      for (const status of EXPORT_STATUSES) this.set({ status }, countOf(statuses, status))
    },
  })
  new Gauge({
    name: 'waybill_export_deliveries',
    help: 'Callbacks and mails about those exports, by how they stand',
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
