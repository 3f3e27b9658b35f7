import type { ExportForm } from '../../../src/exports/export-form.ts'
import type { Delivery, ExportJob } from '../../../src/exports/jobs/export-job.ts'

/** When the exports of these tests were asked for, microseconds since the epoch. */
export const NOW_MICROS = Date.UTC(2026, 10, 22, 12) * 1000

/** An export that waits; `fields` says what is not ordinary about it. */
export function jobOf(fields: Partial<ExportJob> = {}): ExportJob {
  return {
    id: 'e1',
    origin: 'o',
    form: 'plain',
    tenant: 'default',
    namespace: 'acme',
    fromMicros: Date.UTC(2026, 10, 21) * 1000,
    toMicros: Date.UTC(2026, 10, 23) * 1000,
    requester: { userId: 'u1', name: 'alice' },
    fileName: 'e1-file',
    linkBase: 'http://waybill.example',
    status: 'queued',
    requestedMicros: NOW_MICROS,
    runs: 0,
    nextRunMicros: NOW_MICROS,
    entries: 0,
    bytes: 0,
    hasFile: false,
    deliveries: [],
    ...fields,
  }
}

/** A callback that waits. */
export function callbackTo(to: string, fields: Partial<Delivery> = {}): Delivery {
  return {
    channel: 'callback',
    to,
    status: 'waiting',
    attempts: 0,
    nextAttemptMicros: NOW_MICROS,
    ...fields,
  }
}

/** A form with one line for each event. */
export const PLAIN_FORM: ExportForm = {
  name: 'plain',
  linkPath: '/files/',
  allows: (_job, { roles }) => roles.includes('member'),
  document: {
    filter: ({ tenant, namespace, fromMicros, toMicros }) => ({
      tenants: [tenant],
      fromMicros,
      toMicros,
      conditions: [{ field: 'namespace', in: [namespace] }],
    }),
    begin: ({ id }) => `begin ${id}\n`,
    entry: ({ action, message }) => (action === 'image.push' ? `${message ?? ''}\n` : undefined),
    end: () => 'end\n',
  },
  callback: ({ job, url }) => ({ id: job.id, status: job.status, url: url ?? null }),
  mail: ({ job, url }) => ({
    subject: 'Export',
    html: `<p>${job.id} ${url ?? 'failed'}</p>`,
    text: `${job.id} ${url ?? 'failed'}`,
  }),
}
