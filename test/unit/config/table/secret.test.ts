import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { secret, secretProblem, secretReader } from '../../../../src/config/table/secret.ts'

const folder = mkdtempSync(join(tmpdir(), 'waybill-secret-'))
afterAll(() => rmSync(folder, { recursive: true }))

const TOKEN = secret({
  ...{ isRequired: true, form: 'word', what: 'token of a vendor' },
  ...{ fileNote: 'It is read again.', fileOption: 'token-file' },
})
const PASSWORD = secret({ ...TOKEN, form: 'line' })

const read = (values: object, environment = {}) =>
  secretReader('token', TOKEN, { ...values }, environment)?.()

describe('a token', () => {
  test('is read from its place, without spaces around it', async () => {
    const tokenFile = join(folder, 'token')
    writeFileSync(tokenFile, ' from-file\n')
    expect(await read({ token: 'plain' })).toBe('plain')
    expect(await read({ tokenFile })).toBe('from-file')
    expect(await read({ tokenVariable: 'QUAY' }, { QUAY: 'from-variable' })).toBe('from-variable')
  })

  test('is read anew each time: its file may have been replaced', async () => {
    const tokenFile = join(folder, 'replaced')
    const again = secretReader('token', TOKEN, { tokenFile }, {})
    writeFileSync(tokenFile, 'first')
    expect(await again?.()).toBe('first')
    writeFileSync(tokenFile, 'second')
    expect(await again?.()).toBe('second')
  })

  test.each([
    [{ tokenFile: join(folder, 'missing') }, 'missing cannot be read (ENOENT)'],
    [{ tokenVariable: 'QUAY' }, 'there is no token in the variable QUAY'],
    [{ token: 'se\ncret' }, 'there is no token in token'],
  ])('that cannot be one is not repeated: %j', async (place, message) => {
    await expect(read(place)).rejects.toThrow(message)
  })
})

test('a password is the first line of its place, with its spaces', async () => {
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, ' päss word \r\nmore\n')
  const places = { passwordFile, passwordVariable: undefined }
  expect(await secretReader('password', PASSWORD, places, {})?.()).toBe(' päss word ')
  await expect(secretReader('password', PASSWORD, { password: '\n' }, {})?.()).rejects.toThrow(
    'there is no password in password',
  )
})

const PLACES = ['key', 'keyFile', 'keyVariable']
const KEYS = {
  required: secret({ ...TOKEN, isRequired: true }),
  optional: secret({ ...TOKEN, isRequired: false }),
  partner: secret({ ...TOKEN, isRequired: false, goesWith: 'user' }),
}

test('a secret is given in exactly one of its places, or in none when it is not needed', () => {
  const given = fc.subarray([...PLACES, 'user'])
  fc.assert(
    fc.property(fc.constantFrom('required', 'optional', 'partner'), given, (presence, names) => {
      const values = Object.fromEntries(names.map((name) => [name, 'x']))
      const count = names.filter((name) => PLACES.includes(name)).length
      const needed = { required: [1], optional: [0, 1], partner: [names.includes('user') ? 1 : 0] }
      const problem = secretProblem('key', KEYS[presence], values)
      expect(problem === undefined).toBe(needed[presence].includes(count))
    }),
  )
})

test('the problem names the places, or what the secret belongs to', () => {
  expect(secretProblem('key', KEYS.required, {})).toBe(
    'expected one of key, keyFile and keyVariable',
  )
  expect(secretProblem('secretKey', KEYS.partner, { secretKey: 'x' })).toBe(
    'a secret key needs its user',
  )
})
