import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConsole, startBrowser, violationsOf } from '../../support/console-browser.ts'
import { sendAccepted } from '../../support/console-events.ts'
import { eventually } from '../../support/eventually.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

interface SearchRecord {
  readonly actor: { readonly name: string }
  readonly tenant: string
  readonly details: Readonly<Record<string, unknown>>
}

const dataDirectory = mkdtempSync(join(tmpdir(), 'waybill-searches-'))
const environment = { WAYBILL_AUDIT_SEARCHES: 'true' }
let waybill: WaybillProcess
let browser: Browser
const tokens: Record<string, string> = {}

beforeAll(async () => {
  waybill = await startWaybill({ dataDirectory, environment })
  for (const [name, tenant] of Object.entries({
    alice: 'red',
    viewer: 'red',
    keeper: 'red',
    bob: 'blue',
  })) {
    const roles = ['administrator']
    const { id } = await create<{ id: string }>('/v1/users', { name, tenant, roles })
    const token = { user: id, scopes: ['admin'] }
    tokens[name] = (await create<{ token: string }>('/v1/tokens', token)).token
  }
  for (const tenant of ['red', 'blue']) {
    for (const tag of ['one', 'two']) {
      await sendAccepted(waybill, { tenant, action: 'image.push', target: { tag } })
    }
  }
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await waybill?.stop()
  rmSync(dataDirectory, { recursive: true })
})

async function create<Body>(path: string, body: unknown): Promise<Body> {
  const headers = { 'Content-Type': 'application/json' }
  return jsonOf(waybill.request(path, { method: 'POST', headers, body: JSON.stringify(body) }))
}

interface Answer {
  readonly events: readonly SearchRecord[]
  readonly next?: string
}

async function ask(name: string, path: string, more: Record<string, string> = {}) {
  const headers = { Authorization: `Bearer ${tokens[name]}`, ...more }
  const response = await waybill.request(path, { headers })
  expect(response.status).toBe(200)
  return jsonOf<Answer>(response)
}

/** The console in a browser of its own, in which a user has signed in. */
async function consoleOf(name: string, path: string) {
  const context = await browser.newContext()
  const token = tokens[name] ?? ''
  const opened = await openConsole(context, waybill, { path, token })
  return { context, ...opened }
}

/** The recorded searches of a user, oldest first, once there are that many. */
function recordsOf(name: string, count: number): Promise<readonly SearchRecord[]> {
  const look = async () => {
    const path = `/v1/events?action=log.search&actor=${name}&order=seq`
    return (await jsonOf<{ events: SearchRecord[] }>(waybill.request(path))).events
  }
  return eventually(look, (records) => records.length >= count, { what: `searches of ${name}` })
}

test('the page, histogram and facets of a search are one event, with who asked what', async () => {
  const named = { 'Waybill-Search': randomUUID() }
  const filter = 'action=image.push&from=2020-01-01'
  await ask('alice', `/v1/events/histogram?${filter}&interval=day`, named)
  const part = { 'Waybill-Search': `${named['Waybill-Search']}; part` }
  await ask('alice', `/v1/events?${filter}&order=oldest&limit=1`, part)
  await Promise.all([
    ask('alice', `/v1/events/facets?${filter}&field=action`, named),
    ask('alice', `/v1/events/count?${filter}`, named),
    ask('alice', `/v1/events?${filter}&limit=2`, named),
  ])
  await ask('alice', `/v1/events?${filter}&limit=2`, named)
  const records = await recordsOf('alice', 1)
  expect(records).toMatchObject([
    {
      tenant: 'red',
      actor: { name: 'alice' },
      target: { type: 'log', name: expect.any(String) },
      client: { ip: '127.0.0.1' },
      details: {
        ...{ form: 'page', rows: 2, hasMore: false },
        search: { action: ['image.push'], from: '2020-01-01' },
      },
    },
  ])
})

test('what is asked again is recorded once, and its own record wakes nothing', async () => {
  for (let repetition = 0; repetition < 5; repetition += 1) {
    const from = new Date(Date.now() - 60_000).toISOString()
    await ask('alice', `/v1/events?order=seq&from=${from}`)
  }
  const password = 'hunter2-Zk38vQx9'
  const secret = encodeURIComponent(`https://joe:${password}@example.com/`)
  const search = `/v1/events?limit=1&q=push&-q=${secret}`
  const { next } = await ask('alice', search)
  await ask('alice', `${search}&cursor=${next}`)
  await ask('alice', '/v1/events/export?format=json')
  const [, polled, searched, downloaded, ...more] = await recordsOf('alice', 4)
  expect(more).toEqual([])
  expect(polled?.details).toMatchObject({ form: 'page', hasMore: false })
  expect(searched?.details).toMatchObject({ rows: 1, hasMore: true, search: { q: ['push'] } })
  expect(JSON.stringify(searched)).not.toContain(password)
  expect(downloaded?.details).toMatchObject({ form: 'download', search: {} })
})

test('the page records a search once, and its live view once', async () => {
  const { context, page } = await consoleOf('viewer', '/console/events?action=image.push&last=all')
  await page.getByRole('grid', { name: 'Events' }).getByText('two').first().waitFor()
  await page.locator('.histogram').waitFor()
  await page
    .getByRole('checkbox', { name: /image\.push/ })
    .or(page.locator('.facets'))
    .first()
    .waitFor()
  expect(await recordsOf('viewer', 1)).toMatchObject([
    { details: { form: 'page', rows: 2, hasMore: false, search: { action: ['image.push'] } } },
  ])
  await page.goto(`${waybill.url}/console/events?live=true`)
  const rows = page.getByRole('grid', { name: 'Events' })
  // The record of the live view itself is an event that it shows.
  await rows.getByText('log.search').nth(1).waitFor()
  await sendAccepted(waybill, { tenant: 'red', action: 'image.push', target: { tag: 'three' } })
  await rows.getByText('three').waitFor()
  const [, live, ...more] = await recordsOf('viewer', 2)
  expect(live?.details).toMatchObject({ form: 'stream', search: {} })
  expect(more).toEqual([])
  await context.close()
})

test('a search is saved, shared, opened, changed and deleted with the keyboard', async () => {
  const { context, page, errors } = await consoleOf('keeper', '/console/events?outcome=success')
  const dialog = page.getByRole('dialog', { name: 'Saved searches' })
  await page.getByRole('button', { name: 'Saved searches' }).press('Enter')
  const form = dialog.getByRole('form', { name: 'Save this search' })
  await form.getByRole('textbox', { name: 'Name' }).fill('Good')
  await form.getByRole('combobox', { name: 'Who sees it' }).selectOption('tenant')
  await form.getByRole('button', { name: 'Save' }).press('Enter')
  await dialog.getByText('Good is saved').waitFor()
  await dialog.getByText('All users of the tenant see it').waitFor()
  expect(await violationsOf(page, 'saved-searches')).toEqual([])

  await dialog.getByRole('button', { name: 'Change Good' }).press('Enter')
  const changed = dialog.getByRole('form', { name: 'Change Good' })
  await changed.getByRole('textbox', { name: 'Name' }).fill('Fine')
  await changed.getByRole('textbox', { name: 'Name' }).press('Enter')
  await dialog.getByText('Fine is changed').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })

  await page.goto(`${waybill.url}/console/events`)
  await page.getByRole('button', { name: 'Saved searches' }).press('Enter')
  await dialog.getByRole('link', { name: 'Fine' }).press('Enter')
  await expect.poll(() => new URL(page.url()).search).toBe('?outcome=success')
  await dialog.waitFor({ state: 'hidden' })
  const others = await ask('viewer', '/v1/saved-searches')
  expect(others).toMatchObject({
    savedSearches: [{ name: 'Fine', query: 'outcome=success', sharedWith: 'tenant', isOwn: false }],
  })

  await page.getByRole('button', { name: 'Saved searches' }).press('Enter')
  await dialog.getByRole('button', { name: 'Delete Fine' }).press('Enter')
  await dialog.getByRole('button', { name: 'Delete this search' }).press('Enter')
  await dialog.getByText('No search is saved yet.').waitFor()
  expect(errors).toEqual([])
  await context.close()
})

test('no other tenant sees them, and the end of the server adds and loses none', async () => {
  const told = await ask('bob', '/v1/events?action=log.search&q=alice')
  expect(told.events).toEqual([])
  const named = { 'Waybill-Search': randomUUID() }
  await ask('bob', '/v1/events/count?action=tag.delete', named)
  await waybill.stop()
  waybill = await startWaybill({ dataDirectory, environment })
  expect(await recordsOf('alice', 4)).toHaveLength(4)
  expect(await recordsOf('viewer', 2)).toHaveLength(2)
  expect((await recordsOf('bob', 2)).map(({ details }) => details['form'])).toEqual([
    'page',
    'count',
  ])
})

test('a search in another form than a UUID is refused', async () => {
  const headers = { 'Waybill-Search': 'mine' }
  const response = await waybill.request('/v1/events', { headers })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ errors: [{ path: 'Waybill-Search' }] })
})
