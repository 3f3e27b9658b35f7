import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConsole, startBrowser } from '../../support/console-browser.ts'
import { HOSTILE_NAME, sendAccepted } from '../../support/console-events.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

const HOUR_MS = 3_600_000

const dataDirectory = mkdtempSync(join(tmpdir(), 'waybill-bad-input-'))
let waybill: WaybillProcess
let browser: Browser

beforeAll(async () => {
  waybill = await startWaybill({ dataDirectory })
  await sendAccepted(waybill, [
    { action: 'image.pull', actor: null, target: { namespace: 'acme', tag: 'unnamed' } },
    { action: 'image.push', actor: { kind: 'user', name: HOSTILE_NAME } },
  ])
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await waybill?.stop()
  rmSync(dataDirectory, { recursive: true })
})

/** A token of a new user that may read events of one namespace, or of none, and no ledger. */
async function readerToken(name: string, namespace?: string): Promise<string> {
  const { id } = await create<{ id: string }>('/v1/users', { name, tenant: 'default' })
  if (namespace !== undefined) {
    await create('/v1/grants', { user: id, role: 'admin', namespace })
  }
  const scopes = ['events:read']
  return (await create<{ token: string }>('/v1/tokens', { user: id, scopes })).token
}

async function create<Body>(path: string, body: unknown): Promise<Body> {
  const headers = { 'Content-Type': 'application/json' }
  return jsonOf(waybill.request(path, { method: 'POST', headers, body: JSON.stringify(body) }))
}

/** Opens the console in a browser of its own, and ends that browser after the test. */
async function inBrowser(
  use: (page: Page, context: BrowserContext, errors: readonly string[]) => Promise<void>,
  { path = '/console/events?last=all', token = waybill.adminToken } = {},
): Promise<void> {
  const context = await browser.newContext()
  try {
    const { page, errors } = await openConsole(context, waybill, { path, token })
    await use(page, context, errors)
    expect(errors).toEqual([])
  } finally {
    await context.close()
  }
}

function rows(page: Page) {
  return page.getByRole('grid', { name: 'Events' }).getByRole('row', { name: /\d/ })
}

function signInForm(page: Page) {
  return page.getByRole('heading', { name: 'Sign in to Waybill' })
}

test('who signs out in one tab is signed out in the other, and sees nothing there', async () => {
  await inBrowser(async (page, context) => {
    await rows(page).first().waitFor()
    const other = await context.newPage()
    await other.goto(page.url())
    await rows(other).first().waitFor()
    await page.getByRole('button', { name: 'admin', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await signInForm(page).waitFor()
    await signInForm(other).waitFor()
    expect(await rows(other).count()).toBe(0)
  })
})

// The answers of a proxy in front: a server that is in these states is busy for all other tests.
test.each([
  { status: 429, reason: 'The server is busy' },
  { status: 503, reason: 'The server cannot answer yet' },
])('an answer $status is explained and the search repeated when it says', async (answer) => {
  await inBrowser(async (page) => {
    await rows(page).first().waitFor()
    let refused = 0
    await page.route('**/v1/events?**', async (route) => {
      refused += 1
      if (refused > 1) return route.continue()
      return route.fulfill({ status: answer.status, headers: { 'Retry-After': '2' }, body: '' })
    })
    await page.goto(`${waybill.url}/console/events?last=all&namespace=acme`)
    await page.getByText(answer.reason).waitFor()
    await rows(page).first().waitFor()
    await page.getByText(answer.reason).waitFor({ state: 'detached' })
    expect(refused).toBeGreaterThan(1)
  })
})

test('a reader without the right to the ledger is told what is missing', async () => {
  const token = await readerToken('reader', 'acme')
  await inBrowser(
    async (page) => {
      await rows(page).first().click()
      const proof = page.getByRole('region', { name: 'Proof' })
      await proof.getByText(/Not proven$/).waitFor()
      expect(await proof.textContent()).toContain('ledger:read')
      await page.getByText('An unnamed actor').waitFor()
    },
    { token, path: '/console/events?last=all&action=image.pull' },
  )
})

test('a reader to whom the ledger is empty is told how the first event arrives', async () => {
  const token = await readerToken('newcomer')
  await inBrowser(
    async (page) => {
      await page.getByRole('heading', { name: 'No events yet' }).waitFor()
      await page.getByRole('link', { name: 'Connect a system' }).first().waitFor()
    },
    { token },
  )
})

test.each([
  ['of a broken encoding', '?actor=%E0%A4%A&last=all'],
  ['of an endless range', '?from=9999999-99-99&to=x&last=all'],
  ['of a repeated and empty parameter', '?last=all&last=&order=&columns=,,,&actor='],
  ['of HTML', `?last=all&actor=${encodeURIComponent(HOSTILE_NAME)}`],
  ['of objects and lists', '?last=%7B%22a%22:1%7D&order=%5B1%5D&event=null&live=perhaps'],
])('an address %s opens a page that can be searched', async (_what, query) => {
  await inBrowser(
    async (page) => {
      const box = page.getByRole('combobox', { name: 'Search events' })
      await box.waitFor()
      await box.fill('action:image.pull')
      await box.press('Enter')
      await expect.poll(() => page.url()).toContain('action=image.pull')
      expect(await page.title()).toBe('Waybill')
    },
    { path: `/console/events${query}` },
  )
})

test.each([
  ['behind', -2 * HOUR_MS],
  ['ahead of', 2 * HOUR_MS],
])(
  'a clock that is two hours %s the server is named, and the last hour is the server’s',
  async (side, millis) => {
    const context = await browser.newContext()
    try {
      await context.clock.install({ time: Date.now() + millis })
      const path = '/console/events?last=1h'
      const { page, errors } = await openConsole(context, waybill, { path })
      await page.getByText(`The clock of this computer is 120 min ${side} the server's`).waitFor()
      await rows(page).first().waitFor()
      expect(errors).toEqual([])
    } finally {
      await context.close()
    }
  },
)
