import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answerProblem } from '../../../../src/dialects/api/problems/problem-details.ts'
import { registerConsole } from '../../../../src/server/http/console-pages.ts'

let folder: string
let server: FastifyInstance

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-console-'))
  server = fastify()
  server.setErrorHandler(answerProblem)
  registerConsole(server, pathToFileURL(`${folder}/`))
})

afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

function build(): void {
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Waybill</title>')
  writeFileSync(join(folder, 'secret.js'), 'outside of assets')
  mkdirSync(join(folder, 'assets', 'folder.js'), { recursive: true })
  for (const name of ['page-1a2b.js', 'page-1a2b.js.br', 'page-1a2b.js.gz', 'font-3c.woff2']) {
    writeFileSync(join(folder, 'assets', name), `bytes of ${name}`)
  }
}

const get = (url: string, headers = {}) => server.inject({ url, headers })

test('the page is at the root and under /console/, and runs nothing but its own code', async () => {
  build()
  for (const url of ['/', '/?q=x', '/console', '/console/', '/console/events/1?from=2026-01-01']) {
    const { statusCode, headers, body } = await get(url)
    expect([url, statusCode, headers['content-type']]).toEqual([
      ...[url, 200, 'text/html; charset=utf-8'],
    ])
    expect(body).toContain('Waybill')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(headers['referrer-policy']).toBe('same-origin')
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    expect(headers['permissions-policy']).toContain('camera=()')
  }
})

test('an asset is sent in the smallest form that the client accepts, for good', async () => {
  build()
  const forms = [
    ['gzip, deflate, br, zstd', 'br', 'page-1a2b.js.br'],
    ['GZIP', 'gzip', 'page-1a2b.js.gz'],
    ['br;q=0, gzip;q=0.5', 'gzip', 'page-1a2b.js.gz'],
    ['br;q=0.000, gzip; q=0', undefined, 'page-1a2b.js'],
    ['brotli', undefined, 'page-1a2b.js'],
    ['', undefined, 'page-1a2b.js'],
  ] as const
  for (const [accepted, encoding, file] of forms) {
    // Twice: read from the folder, and kept.
    for (const _time of [1, 2]) {
      const answer = await get('/console/assets/page-1a2b.js', { 'accept-encoding': accepted })
      const { statusCode, headers, body } = answer
      expect([accepted, statusCode, headers['content-encoding'], body]).toEqual([
        ...[accepted, 200, encoding, `bytes of ${file}`],
      ])
      expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
      expect(headers['vary']).toBe('Accept-Encoding')
    }
  }
  const font = await get('/console/assets/font-3c.woff2', { 'accept-encoding': 'br, gzip' })
  expect([font.headers['content-encoding'], font.body]).toEqual([
    ...[undefined, 'bytes of font-3c.woff2'],
  ])
})

test('nothing but the assets of the build can be asked for', async () => {
  build()
  const names = [
    ...['none.js', 'page-1a2b.js.br', 'folder.js', '..%2fsecret.js', '..%2findex.html'],
    ...['%2e%2e%2fsecret.js', '.hidden.js', 'page-1a2b.js%00', '%2fetc%2fpasswd', 'a%5c..%5cx.js'],
    ...['http:%2f%2fx.invalid%2fx.js', 'page-1a2b.JS', 'x.html'],
  ]
  for (const name of names) {
    const { statusCode, body } = await get(`/console/assets/${name}`)
    expect([name, statusCode]).toEqual([name, 404])
    expect(body).not.toContain('outside')
  }
})

test('without a build the root says so', async () => {
  const { statusCode, headers, body } = await get('/')
  expect([statusCode, headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8'])
  expect(body).toContain('npm run build')
})
