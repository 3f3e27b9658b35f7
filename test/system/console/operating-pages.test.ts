import { execFileSync } from 'node:child_process'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  openConsole,
  type PageErrors,
  startBrowser,
  violationsInAllForms,
} from '../../support/console-browser.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

let waybill: WaybillProcess
let browser: Browser
let page: Page
let errors: PageErrors

beforeAll(async () => {
  waybill = await startWaybill()
  browser = await startBrowser()
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  ;({ page, errors } = await openConsole(context, waybill))
})
afterAll(async () => {
  await browser?.close()
  await waybill?.stop()
})

/** The lines of the tab that is shown. */
function lines(index: number) {
  return page.getByRole('tabpanel').locator('pre').nth(index)
}

test('a sender is connected with the lines of the page, which shows its first event', async () => {
  await page.getByRole('link', { name: 'Connect a system' }).click()
  await page.getByText('Waiting for an event to arrive').waitFor()
  await page.getByRole('button', { name: 'Create a token' }).click()
  await page.getByText('The token is in the lines below').waitFor()
  execFileSync('sh', ['-c', (await lines(0).textContent()) ?? ''])
  await page.getByText('An event arrived').waitFor()
  await page.getByText('from api/first-sender').waitFor()
  await page.getByRole('link', { name: 'Show it' }).click()
  await page.getByText('verified by this browser').waitFor({ timeout: 60_000 })
  await page.getByText('demo/app:1').first().waitFor()
})

test('a token of the page may send as its source alone', async () => {
  await page.goto(`${waybill.url}/console/connect`)
  await page.getByRole('tab', { name: 'A registry' }).click()
  await page.getByRole('button', { name: 'Create a token' }).click()
  await page.getByText('The token is in the lines below').waitFor()
  const configuration = (await lines(0).textContent()) ?? ''
  const [, url = ''] = /url: (\S+)/.exec(configuration) ?? []
  const [, token = ''] = /Bearer (\S+?)\]/.exec(configuration) ?? []
  const send = async (target: string) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    return (await fetch(target, { method: 'POST', headers, body: '{"events":[]}' })).status
  }
  expect([await send(url), await send(url.replace('reg1', 'reg2'))]).toEqual([202, 403])
})

test('nothing keeps people from using the page of connections', async () => {
  await page.goto(`${waybill.url}/console/connect`)
  await page.getByText('Waiting for an event to arrive').waitFor()
  expect(await violationsInAllForms(page, 'connect')).toEqual([])
})

test('each source is shown with its latest event, and leads to its dead letters', async () => {
  const headers = { 'Content-Type': 'application/json' }
  const init = { method: 'POST', headers, body: '{"events":[{"action":5}]}' }
  expect((await waybill.request('/v1/sources/distribution/reg1', init)).status).toBe(202)
  await page.goto(`${waybill.url}/console/operations`)
  const sources = page.getByRole('region', { name: 'Sources' })
  await sources.getByRole('row', { name: /api\/first-sender none none .*ago .*ago 1/ }).waitFor()
  const letters = sources.getByRole('row', { name: /distribution\/reg1/ }).getByRole('link')
  await letters.last().click()
  await page.getByRole('row', { name: /source\.dead-letter/ }).waitFor()
  await page.goto(`${waybill.url}/console/operations`)
  for (const name of ['Ledger and store', 'Collectors', 'Users', 'Tokens', 'Access keys']) {
    await page.getByRole('region', { name, exact: true }).waitFor()
  }
  await page
    .getByRole('row', { name: /distribution-reg1/ })
    .first()
    .waitFor()
  expect(await violationsInAllForms(page, 'operations')).toEqual([])
})

test('a reader sees what it may see, and is told what an administrator can do', async () => {
  const send = (path: string, body: object) =>
    waybill.request(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  await send('/v1/users', { name: 'auditor', roles: ['auditor'] })
  const { token } = await jsonOf<{ token: string }>(
    send('/v1/tokens', { user: 'auditor', scopes: ['events:read'] }),
  )
  const context = await browser.newContext()
  const { page: other } = await openConsole(context, waybill, { path: '/console/connect', token })
  await other.getByText('An administrator creates one').waitFor()
  expect(await other.getByRole('button', { name: 'Create a token' }).count()).toBe(0)
  await other.goto(`${waybill.url}/console/operations`)
  await other.getByText('Shown to administrators.').waitFor()
  await other.getByText('Shown to administrators with the scope admin.').waitFor()
  await other.getByRole('row', { name: /api\/first-sender/ }).waitFor()
  await context.close()
  expect(errors).toEqual([])
})
