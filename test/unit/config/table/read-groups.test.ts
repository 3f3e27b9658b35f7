import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { settingsTable } from '../../../../src/config/settings.ts'
import { readSettings } from '../../../../src/config/table/read-settings.ts'
import { SettingsError } from '../../../../src/config/table/settings-error.ts'
import { COLLECTOR } from '../../../../src/dialects/quay/collect/settings.ts'

const TABLE = settingsTable([COLLECTOR])
const folder = mkdtempSync(join(tmpdir(), 'waybill-groups-'))
afterAll(() => rmSync(folder, { recursive: true }))

function fileOf(text: string): string {
  const file = join(folder, `${Math.random()}.yaml`)
  writeFileSync(file, text)
  return file
}

const read = (text: string) =>
  readSettings(TABLE, { flags: { config: fileOf(text) }, environment: {} }).collectors['quay'] ?? []

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
    expect(readSettings(TABLE, { flags: {}, environment: {} }).collectors).toEqual({ quay: [] })
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
      expect.stringMatching(/\.yaml:7: collectors\.quay: duplicate name main$/),
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
