import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'
import { CLOSED_PROXY, LineDriver } from './line-driver.ts'
import { useInstalled } from './recipe.ts'

const BROWSER = 'chromium'

const folder = useInstalled({
  name: 'browser',
  toolchain: [
    [BROWSER, '--version'],
    ['node', '--version'],
  ],
  install: [['npm', 'ci', '--silent']],
})

let waybill: WaybillProcess
let profile: string
let proxy: LineDriver | undefined
let browser: ChildProcess | undefined

beforeAll(async () => {
  waybill = await startWaybill()
  profile = mkdtempSync(join(tmpdir(), 'waybill-browser-'))
})
afterAll(async () => {
  if (browser !== undefined && browser.exitCode === null) {
    const ended = once(browser, 'exit')
    browser.kill()
    await ended
  }
  await proxy?.close()
  await waybill.stop()
  rmSync(profile, { recursive: true, force: true, maxRetries: 10 })
})

/** Opens an address in a browser without a window, which reaches nothing but this machine. */
function openBrowser(url: string): ChildProcess {
  const options = [
    ...['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-extensions'],
    ...[`--user-data-dir=${profile}`, '--proxy-bypass-list=127.0.0.1'],
    `--proxy-server=http://${CLOSED_PROXY.host}:${CLOSED_PROXY.port}`,
  ]
  const env = { PATH: process.env['PATH'], HOME: profile, LANG: 'C.UTF-8' }
  return spawn(BROWSER, [...options, url], { env, stdio: 'ignore' })
}

async function push(message: string): Promise<void> {
  const response = await waybill.request('/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ action: 'image.push', message }),
  })
  expect(response.status).toBe(201)
}

test("a browser's EventSource gets events at once through a proxy that compresses", async () => {
  const driver = new LineDriver([process.execPath, 'proxy.mjs'], folder())
  proxy = driver
  const port = await driver.ask<number>({ command: 'start', target: waybill.url })
  const base = `http://127.0.0.1:${port}`
  const document = await fetch(`${base}/openapi.json`)
  expect(document.headers.get('content-encoding')).toMatch(/^(gzip|br)$/)
  const seen = () => driver.ask<object>({ command: 'seen' })

  browser = openBrowser(`${base}/#${waybill.adminToken}`)
  expect(await seen()).toEqual({ open: true })
  // The answer never ends: what a proxy holds back until it does would not arrive at all.
  for (const event of ['first', 'second']) {
    await push(event)
    expect(await seen()).toMatchObject({ event })
  }

  // EventSource connects again by itself, to the same address, and goes on where it was.
  expect(await driver.ask({ command: 'cut' })).toBe(1)
  await push('while it was away')
  expect(await seen()).toEqual({ error: 0 })
  expect(await seen()).toEqual({ open: true })
  expect(await seen()).toMatchObject({ event: 'while it was away' })
  await push('after that')
  expect(await seen()).toMatchObject({ event: 'after that' })
})
