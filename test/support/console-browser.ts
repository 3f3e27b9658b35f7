import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test'
import type { WaybillProcess } from './waybill-process.ts'

/** Pictures for the documents are made only on request: they differ with every clock. */
const PICTURES = process.env['WAYBILL_PICTURES'] === '1'
const FOLDER = fileURLToPath(new URL('../../docs/console/', import.meta.url))

/** Debian's; Playwright downloads no browser. */
const CHROMIUM = '/usr/bin/chromium'

/** Starts the browser of the system. */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error('install the package chromium')
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
}

/** What a page reported that must not happen: errors of scripts and blocked content. */
export type PageErrors = string[]

/** Opens the console and signs in with a token, by default the administrator's. */
export async function openConsole(
  context: BrowserContext,
  waybill: WaybillProcess,
  { path = '/', token = waybill.adminToken } = {},
): Promise<{ readonly page: Page; readonly errors: PageErrors }> {
  const page = await context.newPage()
  const errors: PageErrors = []
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (line) => {
    if (line.text().includes('Content Security Policy')) errors.push(line.text())
  })
  await page.goto(new URL(path, waybill.url).href)
  await page.getByRole('tab', { name: 'Token' }).click()
  await page.getByRole('textbox', { name: 'Token' }).fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  return { page, errors }
}

/** What keeps people from using the page: serious and critical violations. Takes its picture. */
export async function violationsOf(page: Page, name: string): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  if (PICTURES) {
    mkdirSync(FOLDER, { recursive: true })
    await page.screenshot({ path: join(FOLDER, `${name}.png`) })
  }
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${name}: ${id} at ${nodes.map(({ html }) => html).join(' ')}`)
}

/** The same in light, dark, enlarged to 200 % of a window of 1440 pixels, and narrow. */
export async function violationsInAllForms(page: Page, name: string): Promise<readonly string[]> {
  const found = [...(await violationsOf(page, name))]
  // A new page: colors that are still changing would be measured.
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.reload()
  await page.getByRole('heading', { level: 1 }).waitFor()
  found.push(...(await violationsOf(page, `${name}-dark`)))
  await page.setViewportSize({ width: 720, height: 450 })
  found.push(...(await violationsOf(page, `${name}-enlarged`)))
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.reload()
  await page.getByRole('heading', { level: 1 }).waitFor()
  found.push(...(await violationsOf(page, `${name}-narrow`)))
  await page.setViewportSize({ width: 1440, height: 900 })
  return found
}
