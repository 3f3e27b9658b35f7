import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import { commandLineMarkdown } from '../../../../../src/cli/command-line-markdown.ts'
import { commandTable } from '../../../../../src/cli/command-table.ts'
import { runCommand } from '../../../../../src/cli/run.ts'
import { settingsTable } from '../../../../../src/config/settings.ts'
import { configurationMarkdown } from '../../../../../src/config/table/configuration-markdown.ts'
import { readSettings } from '../../../../../src/config/table/read-settings.ts'
import { secret } from '../../../../../src/config/table/secret.ts'
import { asOption, withDefault } from '../../../../../src/config/table/setting.ts'
import { plainText, several } from '../../../../../src/config/table/value-kind.ts'
import {
  type CollectorKind,
  defineCollector,
} from '../../../../../src/dialects/collecting/define-collector.ts'
import { loadCollectors } from '../../../../../src/main.ts'

const folder = mkdtempSync(join(tmpdir(), 'waybill-collect-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a command with these collectors and no other part. */
async function run(collectors: readonly CollectorKind[], argv: readonly string[], env = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const interruption = () => new AbortController().signal
  const refuse = () => Promise.reject(new Error('no part of this test'))
  const parts = {
    recover: refuse,
    serve: refuse,
    openAtRest: refuse,
    openImporter: refuse,
    collectors,
  }
  const io = { stdout, stderr, stdin: new PassThrough(), env, interruption }
  const code = await runCommand(argv, io, parts)
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
}

describe('a further collector has from its own description', () => {
  const opened: unknown[] = []
  const GITEA = defineCollector({
    kind: 'gitea-packages',
    product: 'Gitea',
    reads: 'the package log of a Gitea',
    rows: {
      apiKey: secret({
        ...{ isRequired: true, form: 'word', what: 'API key of that Gitea' },
        ...{ fileNote: 'It is read once.', fileOption: 'api-key-file', variable: 'GITEA_KEY' },
      }),
      owners: asOption(
        withDefault<readonly string[]>(several(plainText('OWNER', 9)), [], 'Owners to read.'),
        { name: 'owner' },
      ),
    },
    check: ({ owners }) => (owners.length === 0 ? 'expected owners' : undefined),
    async open({ apiKey, ...options }) {
      opened.push({ ...options, apiKey: await apiKey() })
      return { kind: 'gitea-packages', name: options.name, everyMs: 1, collect: async () => {} }
    },
    examples: [{ line: 'waybill collect gitea-packages --url http://gitea', does: 'everything' }],
  })
  const TABLE = settingsTable([GITEA])
  const OPENED = { url: 'http://127.0.0.1:9/', everyMs: 60_000, apiKey: 'k', owners: ['a', 'b'] }
  const read = (item: string) => {
    const config = join(folder, 'waybill.yaml')
    writeFileSync(config, `collectors: { giteaPackages: [{ name: main, url: http://a, ${item} }] }`)
    return readSettings(TABLE, { flags: { config }, environment: {} }).collectors
  }

  test('a list in the configuration, with every place of its secret', async () => {
    const [item = {}] = read('apiKeyVariable: K, owners: [a, b]')['giteaPackages'] ?? []
    await GITEA.open(item, { environment: { K: 'k' }, userAgent: 'waybill/0' })
    expect(opened.pop()).toMatchObject({
      ...OPENED,
      name: 'main',
      url: 'http://a/',
      everyMs: 300_000,
    })
    const places = 'giteaPackages: expected one of apiKey, apiKeyFile and apiKeyVariable'
    expect(() => read('owners: [a]')).toThrow(places)
    expect(() => read('apiKey: x')).toThrow('giteaPackages: expected owners')
  })

  test('a command with help', async () => {
    const argv = ['collect', 'gitea-packages', '--url', 'http://127.0.0.1:9', '--owner', 'a']
    const given = [...argv, '--owner', 'b', '--every', '60']
    const { code, stderr } = await run([GITEA], given, { GITEA_KEY: 'k' })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(opened.pop()).toMatchObject({ ...OPENED, name: '127.0.0.1-9' })
    const { stdout } = await run([GITEA], ['collect', 'gitea-packages', '--help'])
    const help = stdout.replaceAll(/\s+/g, ' ')
    expect(help).toContain('--owner OWNER Owners to read. (may be repeated)')
    const file = 'File that holds the API key of that Gitea. It is read once. (else GITEA_KEY)'
    expect(help).toContain(`--api-key-file FILE ${file}`)
    expect(help).not.toContain('--api-key ')
    expect((await run([GITEA], ['collect'])).stderr).toContain('expected gitea-packages')
  })

  test('its part of the reference, and its name in rules of sources.skip', () => {
    const configuration = configurationMarkdown(TABLE)
    expect(configuration).toContain('### collectors.giteaPackages\n')
    expect(configuration).toContain('| `apiKeyFile` |')
    expect(configuration).toMatch(/KIND one of [a-z, -]*gitea-packages/)
    const commandLine = commandLineMarkdown(commandTable([GITEA]))
    expect(commandLine).toContain('## waybill collect gitea-packages\n')
    expect(commandLine).toContain('| `--owner OWNER` |')
  })
})

const URL = ['--url', 'http://127.0.0.1:9']

test.each([
  ['quay --superuser', {}, 'there is no token: give --quay-token-file or QUAY_TOKEN'],
  ['quay --superuser', { QUAY_TOKEN: '' }, 'there is no token: give'],
  ['quay --superuser --quay-token a --quay-token-file b', {}, 'expected one of token, tokenFile'],
  ['quay', { QUAY_TOKEN: 'x' }, 'expected one of organizations, user, repositories and superuser'],
  ['quay --organization a/b --every 0', { QUAY_TOKEN: 'x' }, '--every: expected a whole number'],
  ['opsera', {}, 'there is no token: give --opsera-token-file or OPSERA_TOKEN'],
  ['opsera --log logins', { OPSERA_TOKEN: 'x' }, '--log: expected one of audit, actions'],
  ['container-station', {}, '--username: expected 1 to 255 characters'],
  ['container-station --username a', {}, 'no password: give --password-file or STATION_PASSWORD'],
  ['hss --project-id p', {}, 'there is no access key: give --access-key or HUAWEICLOUD_SDK_AK'],
  ['hss --project-id p --access-key k', {}, 'no secret key: give --secret-key-file or HUAWEICLOUD'],
  ['hss', { HUAWEICLOUD_SDK_AK: 'k', HUAWEICLOUD_SDK_SK: 's' }, '--project-id: expected 1 to 256'],
  [
    'hss --project-id p --access-key k --auth-token-file f',
    { HUAWEICLOUD_SDK_SK: 's' },
    'expected one of accessKey and tokenFile',
  ],
])('collect %s with %j is refused before anything is read', async (words, env, message) => {
  const argv = ['collect', ...words.split(' '), ...URL]
  const outcome = await run(await loadCollectors(), argv, env)
  expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
})

test('a url is needed, and holds no credentials', async () => {
  const collectors = await loadCollectors()
  const missing = await run(collectors, ['collect', 'quay'])
  expect(missing.stderr).toContain('--url: expected an http:// or https:// URL, found nothing')
  const withUser = ['--url', 'http://user:hunter2@127.0.0.1:9', '--username', 'a']
  const argv = ['collect', 'container-station', ...withUser]
  const { code, stderr } = await run(collectors, argv, { STATION_PASSWORD: 'x' })
  expect(code).toBe(2)
  expect(stderr).toContain('expected a url without a user and a password')
  expect(stderr).not.toContain('hunter2')
})
