import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test'
import type { WaybillProcess } from './waybill-process.ts'

/** Debian's; Playwright downloads no browser. */
const CHROMIUM = '/usr/bin/chromium'

/** Starts the browser of the system. */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error('install the package chromium')
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
}

/** What a page reported that must not happen: errors of scripts and blocked content. */
export type PageErrors = string[]

/** Opens the console and signs in with the administrator's token. */
export async function openConsole(
  context: BrowserContext,
  waybill: WaybillProcess,
  path = '/',
): Promise<{ readonly page: Page; readonly errors: PageErrors }> {
  const page = await context.newPage()
  const errors: PageErrors = []
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (line) => {
    if (line.text().includes('Content Security Policy')) errors.push(line.text())
  })
  await page.goto(new URL(path, waybill.url).href)
  await page.getByRole('tab', { name: 'Token' }).click()
  await page.getByRole('textbox', { name: 'Token' }).fill(waybill.adminToken)
  await page.getByRole('button', { name: 'Sign in' }).click()
  return { page, errors }
}
