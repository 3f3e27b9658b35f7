import { expect, test } from 'vitest'
import { quayExportForm } from '../../../../../src/dialects/quay/exports/export-document.ts'
import { presentEntry } from '../../../../../src/dialects/quay/present.ts'
import { eventOf } from '../../../../support/store-events.ts'
import { jobOf } from '../../../exports/export-jobs.ts'

const { document } = quayExportForm

const JOB = jobOf({
  id: '0b7e1c0a-1111-4222-8333-444455556666',
  fromMicros: Date.UTC(2024, 5, 17) * 1000,
  toMicros: Date.UTC(2024, 5, 19) * 1000,
  status: 'success',
})
const LINK = 'https://logs.example.com/exportedlogs/f?token=1.a'

function documentOf(events: Parameters<typeof document.entry>[0][]): unknown {
  const entries = events.map((event) => document.entry(event) ?? '')
  return JSON.parse([document.begin(JOB), ...entries, document.end(JOB)].join(''))
}

test('the document has Quay’s keys in order, its entries, and the terminator at its end', () => {
  const push = eventOf({ target: { namespace: 'acme', repository: 'app', tag: 'v1' } })
  const pull = eventOf({ action: 'image.pull', actor: null, client: { ip: '192.0.2.7' } })
  const unknownToQuay = eventOf({ action: 'blob.push' })
  expect(JSON.stringify(documentOf([push, unknownToQuay, pull]))).toBe(
    JSON.stringify({
      export_id: '0b7e1c0a-1111-4222-8333-444455556666',
      details: {
        start_time: 'Mon, 17 Jun 2024 00:00:00 -0000',
        end_time: 'Tue, 18 Jun 2024 23:59:59 -0000',
        namespace: 'acme',
        repository: null,
      },
      logs: [presentEntry(push), presentEntry(pull), { terminator: true }],
    }),
  )
})

test('the document of a log without entries has the terminator alone', () => {
  expect(documentOf([])).toMatchObject({ logs: [{ terminator: true }] })
})

test('an export is of exactly its days, of one repository if it names one', () => {
  const { fromMicros, toMicros } = JOB
  const namespace = { field: 'namespace', in: ['acme'] }
  const time = { tenants: ['default'], fromMicros, toMicros }
  expect(document.filter(JOB)).toEqual({ ...time, conditions: [namespace] })
  expect(document.filter({ ...JOB, repository: 'app' })).toMatchObject({
    ...time,
    conditions: expect.arrayContaining([namespace, { field: 'repository', in: ['app'] }]),
  })
})

test('the callback has Quay’s keys; its end is the day after the last one', () => {
  const result = { job: JOB, url: LINK, linkSeconds: 3600 }
  expect(JSON.stringify(quayExportForm.callback(result))).toBe(
    JSON.stringify({
      export_id: '0b7e1c0a-1111-4222-8333-444455556666',
      start_time: '06/17/2024',
      end_time: '06/19/2024',
      namespace: 'acme',
      repository: null,
      exported_data_url: LINK,
      status: 'success',
    }),
  )
  const failed = { ...JOB, status: 'failed' as const, repository: 'app' }
  expect(quayExportForm.callback({ ...result, job: failed, url: undefined })).toMatchObject({
    repository: 'app',
    exported_data_url: null,
    status: 'failed',
  })
})

test('the mail says what programs look for, and shows every text as it is', () => {
  const job = { ...JOB, namespace: '<b>&"acme' }
  const mail = quayExportForm.mail({ job, url: `${LINK}&x="`, linkSeconds: 3600 })
  expect(mail.subject).toBe('Export Action Logs Complete')
  expect(mail.html).toContain('Usage Logs Export has completed')
  expect(mail.html).toContain('exported logs information can be found at')
  expect(mail.html).toContain('3600 seconds')
  expect(mail.html).toContain(
    '<a href="https://logs.example.com/exportedlogs/f?token=1.a&amp;x=&quot;">',
  )
  expect(mail.html).toContain('&lt;b&gt;&amp;&quot;acme')
  expect(mail.html).not.toContain('<b>')
  expect(mail.text).toContain(`${LINK}&x="`)
})

test('the mail of an export that failed says so, without a link', () => {
  const mail = quayExportForm.mail({ job: JOB, url: undefined, linkSeconds: 3600 })
  expect(mail.html).toContain('could not be exported')
  expect(mail.html).not.toContain('<a')
})
