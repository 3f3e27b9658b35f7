import { expect, test } from 'vitest'
import {
  createCallbackPolicy,
  type Resolver,
  resolveCallback,
} from '../../../../src/exports/delivery/callback-target.ts'

const NONE = createCallbackPolicy([])

function resolvesTo(...addresses: readonly string[]): Resolver {
  return async () => addresses
}

const fails: Resolver = () => Promise.reject(new Error('ENOTFOUND'))

async function refusal(
  url: string,
  resolver: Resolver = resolvesTo('8.8.8.8'),
  policy = NONE,
): Promise<string | undefined> {
  try {
    await resolveCallback(url, policy, resolver)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const SCHEME = (scheme: string) => `Invalid URL scheme '${scheme}': only HTTP and HTTPS are allowed`
const CREDENTIALS = 'URLs with embedded credentials are not allowed'
const HOST = 'URL must include a hostname'
const BLOCKED = 'Invalid callback URL'

test.each([
  ['ftp://example.com/', SCHEME('ftp')],
  ['file:///etc/passwd', SCHEME('file')],
  ['JAVASCRIPT:alert(1)', SCHEME('javascript')],
  ['example.com/hook', SCHEME('')],
  ['//example.com/hook', SCHEME('')],
  [' http://example.com', SCHEME('')],
  ['http://user:secret@example.com/', CREDENTIALS],
  ['http://user@example.com/', CREDENTIALS],
  ['https://@example.com/', CREDENTIALS],
  ['http://', HOST],
  ['http:', HOST],
  ['http:///hook', HOST],
  ['http:example.com', HOST],
  ['http://:80/', HOST],
  ['http://exa mple.com/', BLOCKED],
  ['http://exa\tmple.com/', BLOCKED],
  ['http://example.com/\0', BLOCKED],
  ['http://example.com/\ud800', BLOCKED],
  ['http://example.com:99999/', BLOCKED],
  ['http://a%40b/', BLOCKED],
  [`http://example.com/${'x'.repeat(2048)}`, BLOCKED],
])('the URL %s is refused', async (url, message) => {
  expect(await refusal(url)).toBe(message)
})

test.each([
  'http://127.0.0.1/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f.0.0.1/',
  'http://0177.0.0.1/',
  'http://[::1]:8080/',
  'http://[::ffff:10.0.0.1]/',
  'http://169.254.169.254/latest/meta-data/',
  'https://[fd00::1]/',
  'http://localhost/',
  'http://LOCALHOST./',
  'http://app.localhost/',
  'http://metadata/',
  'http://metadata.google.internal/',
  'http://kubernetes.default.svc/',
  'http://db.internal/',
  'http://printer.local/',
])('%s is blocked, wherever its name leads', async (url) => {
  expect(await refusal(url)).toBe(BLOCKED)
})

test('a host is refused as soon as one of its addresses is not public', async () => {
  const url = 'https://hooks.example.com/'
  expect(await refusal(url, resolvesTo('8.8.8.8', '1.1.1.1'))).toBeUndefined()
  expect(await refusal(url, resolvesTo('8.8.8.8', '10.0.0.1'))).toBe(BLOCKED)
  expect(await refusal(url, resolvesTo('2606:4700::1111', '::1'))).toBe(BLOCKED)
})

test('a host without an address is named', async () => {
  expect(await refusal('http://nowhere.example/', fails)).toBe(
    "Cannot resolve hostname 'nowhere.example'",
  )
  expect(await refusal('http://db.internal/', resolvesTo())).toBe(
    "Cannot resolve hostname 'db.internal'",
  )
})

test('an allowed host, address or block is let through, and nothing else', async () => {
  const policy = createCallbackPolicy(['Hooks.Internal', '10.1.0.0/16', '127.0.0.1', '[fd00::1]'])
  expect(await refusal('http://hooks.internal/', resolvesTo('192.168.1.1'), policy)).toBeUndefined()
  expect(await refusal('http://other.internal/', resolvesTo('192.168.1.1'), policy)).toBe(BLOCKED)
  expect(await refusal('http://10.1.2.3/', fails, policy)).toBeUndefined()
  expect(await refusal('http://10.2.2.3/', fails, policy)).toBe(BLOCKED)
  expect(await refusal('http://localhost:9/', resolvesTo('127.0.0.1'), policy)).toBeUndefined()
  expect(await refusal('http://localhost:9/', resolvesTo('127.0.0.1', '::1'), policy)).toBe(BLOCKED)
  expect(
    await refusal('http://a.example/', resolvesTo('10.1.0.1', '8.8.8.8'), policy),
  ).toBeUndefined()
})
