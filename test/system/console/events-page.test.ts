import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  openConsole,
  type PageErrors,
  startBrowser,
  violationsOf,
} from '../../support/console-browser.ts'
import {
  CONSOLE_DIGEST,
  HOSTILE_NAME,
  sendAccepted,
  sendConsoleEvents,
} from '../../support/console-events.ts'
import { startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

const PASSWORD = 'correct horse battery staple'

const dataDirectory = mkdtempSync(join(tmpdir(), 'waybill-console-'))
let waybill: WaybillProcess
let browser: Browser
let context: BrowserContext
let page: Page
let errors: PageErrors

beforeAll(async () => {
  waybill = await startWaybill({ dataDirectory })
  await sendConsoleEvents(waybill, Date.now())
  browser = await startBrowser()
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  ;({ page, errors } = await openConsole(context, waybill))
  await rows().first().waitFor()
})
afterAll(async () => {
  await browser?.close()
  await waybill?.stop()
  rmSync(dataDirectory, { recursive: true })
})

function rows() {
  return page.getByRole('grid', { name: 'Events' }).getByRole('row', { name: /\d/ })
}

async function open(query: string): Promise<void> {
  await page.goto(`${waybill.url}/console/events${query}`)
  await page.getByRole('combobox', { name: 'Search events' }).waitFor()
}

async function search(text: string): Promise<void> {
  const box = page.getByRole('combobox', { name: 'Search events' })
  await box.fill(text)
  await box.press('Enter')
}

/** Nothing keeps people from using the page. */
async function inspect(name: string): Promise<void> {
  expect(await violationsOf(page, name)).toEqual([])
}

test('a search with filters finds their events, and its address finds them again', async () => {
  await search('actor:alice -action:image.pull outcome:denied')
  await expect.poll(() => page.url()).toContain('actor=alice&-action=image.pull&outcome=denied')
  await expect.poll(() => rows().first().textContent()).toContain('alice')
  const found = await page.locator('.histogram figcaption').textContent()
  await page.reload()
  await rows().first().waitFor()
  expect(await page.locator('.histogram figcaption').textContent()).toBe(found)
  await page.getByRole('button', { name: 'actor alice', exact: true }).click()
  await expect.poll(() => page.url()).toContain('-actor=alice')
})

test('what cannot be searched for is named where it is, and nothing is searched', async () => {
  await open('')
  await search('actor:alice foo:bar')
  await page.getByText('There is no filter foo').waitFor()
  expect(page.url()).not.toContain('alice')
})

test('parameters that cannot be used are named, and the others are searched for', async () => {
  await open('?actor=alice&last=soon&foo=1')
  await page.getByText('last=soon').waitFor()
  await page.getByText('foo: the page has no such parameter').waitFor()
  await rows().first().waitFor()
  await open('?event=nothing')
  await page.getByText('an event is named by its id').waitFor()
})

test('all events are listed, however many pages they are on', async () => {
  await open('?last=all&order=oldest')
  const grid = page.getByRole('grid', { name: 'Events' })
  await grid.waitFor()
  await expect
    .poll(
      async () => {
        await grid.focus()
        await page.keyboard.press('End')
        return page.getByText(/All .* events are listed/).count()
      },
      { timeout: 60_000 },
    )
    .toBe(1)
  const listed = await page.getByText(/All .* events are listed/).textContent()
  const counted = await page.locator('.histogram figcaption strong').textContent()
  // Events of this test itself, such as its sign-in, may have come in between.
  expect(Number(listed?.replace(/\D/g, ''))).toBeGreaterThanOrEqual(
    Number(counted?.replace(/\D/g, '')),
  )
})

test('the histogram is zoomed by keyboard, and has a table with the same numbers', async () => {
  await open('')
  const chart = page.getByRole('application', { name: /Events over time/ })
  await chart.focus()
  for (const key of ['ArrowLeft', 'Shift+ArrowLeft', 'Enter']) await page.keyboard.press(key)
  await expect.poll(() => page.url()).toMatch(/from=.*&to=/)
  await page.getByRole('button', { name: 'Show as table' }).click()
  await page.getByRole('columnheader', { name: 'Failed or denied' }).waitFor()
})

test('an event is verified in the browser, and what happened to its digest is found', async () => {
  await open(`?last=all&target=${CONSOLE_DIGEST}`)
  await rows().first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('o')
  await page.getByText('verified by this browser').waitFor({ timeout: 60_000 })
  await page.getByRole('tab', { name: 'Related' }).click()
  const same = page.getByRole('region', { name: 'Same digest' })
  await expect.poll(() => same.getByRole('listitem').count()).toBeGreaterThan(3)
  await inspect('event')
  await page.keyboard.press('Escape')
  await expect.poll(() => page.url()).not.toContain('event=')
})

test('text of an event is never more than text', async () => {
  await open(`?last=all&actor=${encodeURIComponent(HOSTILE_NAME)}`)
  await rows().first().click()
  await page.getByText('verified by this browser').waitFor({ timeout: 60_000 })
  expect(await page.locator('.sentence-message').textContent()).toContain('⟨U+202E⟩')
  await page.getByRole('tab', { name: 'JSON' }).click()
  const json = page.getByRole('group', { name: 'The event as JSON' })
  expect(await json.textContent()).toContain('A'.repeat(60_000))
  expect(await page.title()).toBe('Waybill')
  expect(errors).toEqual([])
})

test('the live view shows each event once, also those of a restart of the server', async () => {
  await open('?namespace=live-view&live=true')
  await page.getByText('Live', { exact: true }).last().waitFor()
  const send = (server: WaybillProcess, tag: string) =>
    sendAccepted(server, { action: 'image.push', target: { namespace: 'live-view', tag } })
  await send(waybill, 'one')
  await expect.poll(() => rows().count(), { timeout: 30_000 }).toBe(1)
  const { port } = new URL(waybill.url)
  await waybill.stop()
  await page.getByText(/Interrupted/).waitFor({ timeout: 60_000 })
  waybill = await startWaybill({ dataDirectory, arguments: ['--listen', `127.0.0.1:${port}`] })
  await send(waybill, 'two')
  await send(waybill, 'three')
  await expect.poll(() => rows().count(), { timeout: 60_000 }).toBe(3)
  expect((await rows().allTextContents()).map((row) => /one|two|three/.exec(row)?.[0])).toEqual([
    'three',
    'two',
    'one',
  ])
})

test('nothing keeps people from using the page, in light, dark, narrow and enlarged', async () => {
  await open('')
  await rows().first().waitFor()
  await inspect('events')
  // A new page: colors that are still changing would be measured.
  await page.emulateMedia({ colorScheme: 'dark' })
  await open('')
  await rows().first().waitFor()
  await inspect('events-dark')
  // 200 % of a window of 1440 pixels.
  await page.setViewportSize({ width: 720, height: 450 })
  await inspect('events-enlarged')
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 390, height: 844 })
  await open('')
  await rows().first().waitFor()
  await inspect('events-narrow')
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('a session that ends is begun again at the same address, with a password', async () => {
  await page.goto(`${waybill.url}/console/account`)
  await page.getByLabel('New password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Set the password' }).click()
  await page.getByText('The password is set').waitFor()
  await inspect('account')
  await open('?actor=bob')
  await rows().first().waitFor()
  await context.clearCookies()
  await search('outcome:denied')
  await page.getByRole('heading', { name: 'Sign in to Waybill' }).waitFor()
  await inspect('sign-in')
  await page.getByRole('textbox', { name: 'Name' }).fill('admin')
  await page.getByRole('textbox', { name: 'Password' }).fill('wrong password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('does not accept these credentials').waitFor()
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await rows().first().waitFor()
  expect(page.url()).toContain('actor=bob&outcome=denied')
  expect(errors).toEqual([])
})
