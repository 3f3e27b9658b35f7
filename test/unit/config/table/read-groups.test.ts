import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest'
import { readToken } from '../../../../src/config/read-token.ts'
import type { Settings } from '../../../../src/config/settings.ts'
import { readSettings } from '../../../../src/config/table/read-settings.ts'
import { SettingsError } from '../../../../src/config/table/settings-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'waybill-groups-'))
afterAll(() => rmSync(folder, { recursive: true }))

function fileOf(text: string): string {
  const file = join(folder, `${Math.random()}.yaml`)
  writeFileSync(file, text)
  return file
}

const read = (text: string) =>
  readSettings({ flags: { config: fileOf(text) }, environment: {} }).collectors.quay

function problemsOf(text: string): readonly string[] {
  try {
    read(text)
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
  return []
}

const MAIN = `collectors:
  quay:
    - name: main
      url: https://quay.example.com
      tokenFile: /run/secrets/quay
      organizations: [acme, beta]
`

describe('a list of groups', () => {
  test('is empty when nothing is said', () => {
    expect(readSettings({ flags: {}, environment: {} }).collectors.quay).toEqual([])
    expect(read('collectors:\n  quay: []\n')).toEqual([])
  })

  test('has every group with its defaults, frozen', () => {
    const [main, other] = read(`${MAIN}    - name: other
      url: http://127.0.0.1:8080
      tokenVariable: QUAY
      superuser: true
      everySeconds: 60
      since: 2024-01-31
`)
    expect(main).toMatchObject({
      name: 'main',
      url: 'https://quay.example.com/',
      everySeconds: 300,
      organizations: ['acme', 'beta'],
      repositories: [],
      user: false,
      token: undefined,
    })
    expect(other).toMatchObject({ superuser: true, everySeconds: 60, since: '2024-01-31' })
    expect(Object.isFrozen(main)).toBe(true)
    expectTypeOf<Settings['collectors']['quay'][number]['organizations']>().toEqualTypeOf<
      readonly string[]
    >()
  })

  test('names what is wrong with its place', () => {
    const text = `${MAIN}    - name: main
      url: https://other.example.com
      tokenFile: /x
      user: true
    - nmae: third
      url: ftp://quay
      token: hunter2
      organizations: acme beta
`
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(
        /\.yaml:11: collectors\.quay\[2\]\.nmae: no such key; did you mean name\?$/,
      ),
      expect.stringMatching(/\.yaml:7: collectors\.quay: another one is called main$/),
      expect.stringMatching(/\.yaml:11: collectors\.quay\[2\]\.name: expected .*, found nothing$/),
      expect.stringMatching(/\.yaml:12: collectors\.quay\[2\]\.url: expected an http/),
      expect.stringMatching(/\.yaml:14: collectors\.quay\[2\]\.organizations: expected a list/),
    ])
    expect(problemsOf(text).join()).not.toContain('hunter2')
  })

  test.each([
    ['collectors:\n  quay: 3\n', 'expected a list'],
    ['collectors:\n  quay: [a, b]\n', 'expected a list'],
    ['collectors:\n  quay:\n    name: main\n', 'expected a list'],
    [`${MAIN}      token: x\n`, 'expected one of token, tokenFile and tokenVariable'],
    [`${MAIN}      superuser: true\n`, 'superuser reads everything'],
    [`${MAIN}      repositories: [acme/app]\n`, 'acme/app is read with its organization already'],
    [`${MAIN}      repositories: [app]\n`, 'app: expected NAMESPACE/REPOSITORY'],
    [MAIN.replace('//', '//user:hunter2@'), 'a url without a user and a password'],
    [`${MAIN}      since: 2024-02-30\n`, 'expected a day'],
    [`${MAIN}      name: other\n`, 'not YAML'],
    ['logLevel: [info]\n', 'logLevel: expected one of'],
  ])('refuses %j', (text, words) => {
    expect(problemsOf(text).join('\n')).toContain(words)
  })
})

describe('a token', () => {
  test('is read from where it is said to be, without blanks around it', async () => {
    const tokenFile = join(folder, 'token')
    writeFileSync(tokenFile, ' from-file\n')
    expect(await readToken({ token: 'plain' }, {})).toBe('plain')
    expect(await readToken({ tokenFile }, {})).toBe('from-file')
    expect(await readToken({ tokenVariable: 'QUAY' }, { QUAY: 'from-variable' })).toBe(
      'from-variable',
    )
  })

  test.each([
    [{ tokenFile: join(folder, 'missing') }, 'missing cannot be read (ENOENT)'],
    [{ tokenVariable: 'QUAY' }, 'there is no token in the variable QUAY'],
    [{ token: 'se\ncret' }, 'there is no token in token'],
  ])('that cannot be one is not repeated: %j', async (place, message) => {
    await expect(readToken(place, {})).rejects.toThrow(message)
  })
})
