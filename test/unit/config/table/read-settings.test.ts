import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest'
import { SETTINGS, type Settings } from '../../../../src/config/settings.ts'
import { readSettings } from '../../../../src/config/table/read-settings.ts'
import { namedSettings } from '../../../../src/config/table/setting.ts'
import { SettingsError } from '../../../../src/config/table/settings-error.ts'
import { QUEUE_EVENTS_MAX } from '../../../../src/ledger/limits.ts'

const folder = mkdtempSync(join(tmpdir(), 'waybill-settings-'))
afterAll(() => rmSync(folder, { recursive: true }))

function fileOf(text: string): string {
  const file = join(folder, `${Math.random()}.yaml`)
  writeFileSync(file, text)
  return file
}

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
  return []
}

const fromFile = (text: string) => () =>
  readSettings(SETTINGS, { flags: { config: fileOf(text) }, environment: {} })

describe('settings', () => {
  test('nothing has to be configured', () => {
    const settings = readSettings(SETTINGS, { flags: {}, environment: {} })
    expect(settings).toMatchObject({
      data: join(process.cwd(), 'data'),
      listen: { host: '127.0.0.1', port: 7480 },
      store: undefined,
      defaultTenant: 'default',
      sources: { distribution: { blobEvents: false } },
    })
  })

  test('every default is a value that the setting itself would take', () => {
    for (const { key, setting } of namedSettings(SETTINGS)) {
      if (setting.default === undefined) expect(setting.whenAbsent, key).toBeTruthy()
      else expect(setting.kind.read(setting.default), key).toBeDefined()
    }
  })

  test('a flag goes before a variable, that before the file, that before the default', () => {
    const config = fileOf('logLevel: debug\norigin: from-file\ndefaultTenant: from-file\n')
    const settings = readSettings(SETTINGS, {
      flags: { config, 'log-level': 'trace' },
      environment: { WAYBILL_LOG_LEVEL: 'warn', WAYBILL_ORIGIN: 'from-variable' },
    })
    expect(settings.logLevel).toBe('trace')
    expect(settings.origin).toBe('from-variable')
    expect(settings.defaultTenant).toBe('from-file')
    expect(settings.listen.port).toBe(7480)
  })

  test('prefixes of names are a list in a file and separated by commas in a variable', () => {
    const prefixes = ['robot$', 'robot-']
    const text = "sources: {distribution: {robotNamePrefixes: ['robot$', 'robot-']}}"
    expect(fromFile(text)().sources.distribution.robotNamePrefixes).toEqual(prefixes)
    const environment = { WAYBILL_SOURCES_DISTRIBUTION_ROBOT_NAME_PREFIXES: 'robot$, robot-' }
    const { distribution } = readSettings(SETTINGS, { flags: {}, environment }).sources
    expect(distribution.robotNamePrefixes).toEqual(prefixes)
    expect(distribution.userNamePrefixes).toEqual([])
  })

  test('an empty variable counts as not set', () => {
    const settings = readSettings(SETTINGS, { flags: {}, environment: { WAYBILL_STORE: '' } })
    expect(settings.store).toBeUndefined()
  })

  test('JSON is read as a configuration file, levels and all', () => {
    const text = '{"sources": {"distribution": {"blobEvents": true}}}'
    expect(fromFile(text)().sources.distribution.blobEvents).toBe(true)
  })

  test('they cannot be changed later', () => {
    const settings = readSettings(SETTINGS, { flags: {}, environment: {} })
    expect(Object.isFrozen(settings)).toBe(true)
    expect(Object.isFrozen(settings.sources.distribution)).toBe(true)
  })

  test('the queue is as long as the ledger itself would have it', () => {
    const { limits } = readSettings(SETTINGS, { flags: {}, environment: {} })
    expect(limits.queueEventsMax).toBe(QUEUE_EVENTS_MAX)
  })

  test('their types follow from the table', () => {
    expectTypeOf<Settings['store']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Settings['sources']['distribution']['blobEvents']>().toEqualTypeOf<boolean>()
    expectTypeOf<Settings['limits']['queueEventsMax']>().toEqualTypeOf<number>()
  })
})

describe('what is wrong is named with its place and what was expected', () => {
  test('in a file, with the line', () => {
    const text = 'data: /tmp\nlogLvel: debug\nlisten: everywhere\nsources:\n  distribution: 3\n'
    expect(problemsOf(fromFile(text))).toEqual([
      expect.stringMatching(/\.yaml:2: logLvel: no such key; did you mean logLevel\?$/),
      expect.stringMatching(
        /\.yaml:5: sources\.distribution: expected the keys blobEvents, robotNamePrefixes, /,
      ),
      expect.stringMatching(/\.yaml:3: listen: expected HOST:PORT, .*, found "everywhere"$/),
    ])
  })

  test('a file that names another file', () => {
    expect(problemsOf(fromFile('config: other.yaml'))).toEqual([
      expect.stringContaining(':1: config: no such key'),
    ])
  })

  test('a key that every object has of itself', () => {
    expect(problemsOf(fromFile('constructor: 1\n__proto__: 2\n'))).toHaveLength(2)
  })

  test.each([['[1, 2]'], ['just text'], ['a: [unclosed'], ['data: x\ndata: y']])(
    'a file that is no set of keys and values: %s',
    (text) => {
      expect(problemsOf(fromFile(text))[0]).toMatch(/\.yaml:\d+: /)
    },
  )

  test('a file that is not there', () => {
    const flags = { config: join(folder, 'missing.yaml') }
    expect(problemsOf(() => readSettings(SETTINGS, { flags, environment: {} }))).toEqual([
      `${flags.config}: the configuration file cannot be read (ENOENT)`,
    ])
  })

  test('a flag, and a variable that was mistyped', () => {
    const read = () =>
      readSettings(SETTINGS, {
        flags: { listen: '127.0.0.1:70000' },
        environment: { WAYBILL_STROE: 'http://x', WAYBILL_LOG_LEVEL: 'loud' },
      })
    expect(problemsOf(read)).toEqual([
      'WAYBILL_STROE: no such variable; did you mean WAYBILL_STORE?',
      expect.stringMatching(/^--listen: expected HOST:PORT.*found "127.0.0.1:70000"$/),
      expect.stringMatching(/^WAYBILL_LOG_LEVEL: expected one of .*found "loud"$/),
    ])
  })

  test('but never a value that may hold a password', () => {
    const flags = { store: 'ftp://user:hunter2@db/waybill' }
    const problems = problemsOf(() => readSettings(SETTINGS, { flags, environment: {} }))
    expect(problems).toEqual(['--store: expected an http:// or https:// URL'])
  })

  test('the variables that Kubernetes sets for a Service called waybill are accepted', () => {
    const environment = {
      WAYBILL_SERVICE_HOST: '10.0.0.1',
      WAYBILL_SERVICE_PORT_HTTP: '7480',
      WAYBILL_PORT: 'tcp://10.0.0.1:7480',
      WAYBILL_PORT_7480_TCP_ADDR: '10.0.0.1',
    }
    expect(problemsOf(() => readSettings(SETTINGS, { flags: {}, environment }))).toEqual([])
  })
})
