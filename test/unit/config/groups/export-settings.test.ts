import { describe, expect, test } from 'vitest'
import { EXPORT_SETTINGS } from '../../../../src/config/groups/export-settings.ts'
import { baseUrl } from '../../../../src/config/table/value-kind.ts'

describe('allowedHosts', () => {
  const { kind } = EXPORT_SETTINGS.allowedHosts

  test.each([
    ['hooks.example.com', 'hooks.example.com'],
    ['Hooks.Internal.', 'hooks.internal.'],
    ['hooks', 'hooks'],
    ['my_service.internal', 'my_service.internal'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['10.1.2.3', '10.1.2.3'],
    ['10.1.0.0/16', '10.1.0.0/16'],
    ['fd00::/8', 'fd00::/8'],
    ['[fd00::1]', 'fd00::1'],
  ])('%s is read', (text, read) => {
    expect(kind.read(text)).toEqual([read])
  })

  // Each of them would allow nothing, and nobody would be told.
  test.each([
    'hooks.example.com:8080',
    'http://hooks.example.com/',
    '*.example.com',
    '10.0.0.0/33',
    '10.0.0.256',
    '10.1',
    'a b',
    '',
  ])('%j is refused', (text) => {
    expect(kind.read(text)).toBeUndefined()
  })
})

describe('smtpUrl', () => {
  const { kind } = EXPORT_SETTINGS.smtpUrl

  test('a password may hold any character, percent-encoded', () => {
    expect(kind.read('smtp://user:a%25%40b@mail.example.com:587')).toBe(
      'smtp://user:a%25%40b@mail.example.com:587',
    )
  })

  test.each(['smtp://user:50%@mail.example.com', 'smtp://u%zz:p@mail.example.com'])(
    '%s is refused where it is read, not where it is used',
    (text) => {
      expect(kind.read(text)).toBeUndefined()
    },
  )
})

test.each(['https://a.example/?x=1', 'https://a.example/#top', 'https://me:secret@a.example/'])(
  'links cannot begin with %s',
  (text) => {
    expect(baseUrl.read(text)).toBeUndefined()
  },
)

test('links can begin with a path', () => {
  expect(baseUrl.read('https://a.example/logs')).toBe('https://a.example/logs')
})
