import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findConnection } from '../../../../src/cli/client/connection-options.ts'

const data = mkdtempSync(join(tmpdir(), 'waybill-connection-'))
writeFileSync(join(data, 'admin-token'), 'the-token\n')
afterAll(() => rmSync(data, { recursive: true }))

const NONE = { server: undefined, token: undefined, data: undefined }

test.each(['http://127.0.0.1:7480', 'http://localhost:1', 'http://[::1]:7480', 'http://127.9.9.9'])(
  'the token of the data directory goes to %s',
  (server) => {
    expect(findConnection({ ...NONE, server, data }, {}).token).toBe('the-token')
  },
)

test.each([
  'http://10.0.0.1:7480',
  'https://waybill.example.com',
  'http://127.0.0.1.example.com',
  'http://localhost.example.com',
  'http://user@0.0.0.0',
])('it never goes to %s', (server) => {
  expect(findConnection({ ...NONE, server, data }, {}).token).toBeUndefined()
})

test('an option goes before a variable, and that before the file', () => {
  const environment = { WAYBILL_TOKEN: 'variable', WAYBILL_DATA: data }
  expect(findConnection({ ...NONE, token: 'option' }, environment).token).toBe('option')
  expect(findConnection(NONE, environment).token).toBe('variable')
  expect(findConnection(NONE, { WAYBILL_DATA: data }).token).toBe('the-token')
})

test('the path of a reverse proxy is kept', () => {
  const { base } = findConnection({ ...NONE, server: 'https://example.com/audit' }, {})
  expect(new URL('v1/events', base).href).toBe('https://example.com/audit/v1/events')
})

test('a token that cannot be sent in a header is refused without being shown', () => {
  expect(() => findConnection({ ...NONE, token: 'two\nlines' }, {})).toThrow(
    '--token: expected a token, found other text',
  )
})
