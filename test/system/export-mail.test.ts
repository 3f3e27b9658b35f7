import { afterEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type MailServer, plainOf, startMailServer } from '../support/mail-server.ts'
import {
  askForExport,
  type ExportedLog,
  exportThat,
  isTold,
  sendPushes,
} from '../support/quay-exports.ts'
import { type SmtpServer, startSmtpServer } from '../support/smtp-server.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

let waybill: WaybillProcess | undefined
let server: MailServer | SmtpServer | undefined

afterEach(async () => {
  await waybill?.stop()
  await server?.close()
  waybill = undefined
  server = undefined
})

async function start(smtpUrl: string): Promise<WaybillProcess> {
  waybill = await startWaybill({
    arguments: ['--exports-mail-from', 'Waybill <waybill@example.com>'],
    environment: { WAYBILL_EXPORTS_SMTP_URL: smtpUrl },
  })
  await sendPushes(waybill, 'acme', 3)
  return waybill
}

test('a real mail server takes the mail and delivers it, and its link works', async () => {
  const mailServer = await startMailServer()
  server = mailServer
  const process = await start(mailServer.url)
  const id = await askForExport(process, 'acme', { callback_email: 'bob@example.com' })
  await exportThat(process, id, isTold, 'the export is told')
  const mails = await eventually(
    async () => mailServer.mails(),
    ({ length }) => length > 0,
    { what: 'the mail is delivered' },
  )
  expect(mails).toHaveLength(1)
  const [mail = ''] = mails
  expect(mail).toContain('From: Waybill <waybill@example.com>')
  expect(mail).toContain('To: bob@example.com')
  expect(mail).toContain('Subject: Export Action Logs Complete')
  expect(mail).toContain('Usage Logs Export has completed')
  expect(mail).toContain('exported logs information can be found at')
  expect(mail).toContain('3600 seconds')
  const link = /<a href="([^"]+)">/.exec(mail)?.[1] ?? ''
  const log = await jsonOf<ExportedLog>(fetch(link))
  expect(log.export_id).toBe(id)
  expect(log.logs).toHaveLength(4)
})

test('a mail server that says 451 is asked again until it takes the mail, once', async () => {
  const smtp = await startSmtpServer((nth) => (nth === 0 ? '451 try again later' : '250 ok'))
  server = smtp
  const process = await start(smtp.url)
  const id = await askForExport(process, 'acme', { callback_email: 'bob@example.com' })
  const shown = await exportThat(process, id, isTold, 'the export is told')
  expect(shown).toMatchObject({ runs: 1, deliveries: [{ channel: 'email', attempts: 2 }] })
  expect(smtp.recipients()).toBe(2)
  expect(smtp.mails).toHaveLength(1)
  expect(smtp.mails[0]?.to).toEqual(['bob@example.com'])
  expect(plainOf(smtp.mails[0]?.content ?? '')).toContain(id)
})
