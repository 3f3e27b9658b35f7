import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { COLLECTING_OPTIONS } from '../../src/cli/client/collecting.ts'
import { commandTable } from '../../src/cli/command-table.ts'
import { collectorOptions } from '../../src/cli/commands/collect/collector-options.ts'
import { settingsTable } from '../../src/config/settings.ts'
import { readSettings } from '../../src/config/table/read-settings.ts'
import { isRequired, namedSettings } from '../../src/config/table/setting.ts'
import { loadCollectors } from '../../src/main.ts'

const DOCUMENT = readFileSync(new URL('../../docs/collectors.md', import.meta.url), 'utf8')
const COLLECTORS = await loadCollectors()
const COMMANDS = commandTable(COLLECTORS)

const folder = mkdtempSync(join(tmpdir(), 'waybill-main-'))
afterAll(() => rmSync(folder, { recursive: true }))

function blocksOf(language: string): readonly string[] {
  const blocks = [...DOCUMENT.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
  return blocks.flatMap(([, of, text = '']) => (of === language ? [text] : []))
}

function optionsOf(command: string): readonly string[] {
  return Object.keys(COMMANDS.find(({ name }) => name === command)?.options ?? {})
}

test.each(COLLECTORS.map(({ kind, key }) => [kind, key]))(
  'docs/collectors.md configures and runs the collector %s as the program does',
  (kind, key) => {
    expect(DOCUMENT).toContain(`(reference/configuration.md#collectors${key.toLowerCase()})`)
    expect(DOCUMENT).toContain(`(reference/command-line.md#waybill-collect-${kind})`)
    const config = join(folder, `${kind}.yaml`)
    writeFileSync(config, blocksOf('yaml').find((text) => text.includes(` ${key}:\n`)) ?? '')
    const table = settingsTable(COLLECTORS)
    const { collectors } = readSettings(table, { flags: { config }, environment: {} })
    expect(collectors[key]).toHaveLength(1)
    const command = `collect ${kind}`
    const line = blocksOf('sh').find((text) => text.includes(`waybill ${command} `)) ?? ''
    const options = [...line.matchAll(/--([a-z-]+)/g)].map(([, option = '']) => option)
    expect(options).toContain('url')
    expect(optionsOf(command)).toEqual(expect.arrayContaining(options))
  },
)

test.each(COLLECTORS.map((collector) => [collector.kind, collector] as const))(
  'no option of %s hides another, and its defaults are values that it takes',
  (kind, collector) => {
    const own = Object.keys(collectorOptions(collector))
    const others = Object.keys(COLLECTING_OPTIONS)
    expect(optionsOf(`collect ${kind}`)).toEqual([...own, ...others])
    const settings = namedSettings(collector.list.each)
    const named = settings.filter(({ setting }) => setting.option?.isNone !== true)
    expect(own).toHaveLength(named.length)
    for (const { key, setting } of settings) {
      if (setting.default !== undefined)
        expect(setting.kind.read(setting.default), key).toBeDefined()
      else expect(isRequired(setting) || setting.whenAbsent, key).toBeTruthy()
    }
  },
)

test('the table of what is read of a Quay names settings and options that there are', () => {
  const rows = [...DOCUMENT.matchAll(/^\| `(\w+)` +\| `--([a-z-]+)` +\|/gm)]
  expect(rows.length).toBeGreaterThan(3)
  const quay = COLLECTORS.find(({ kind }) => kind === 'quay')
  for (const [, setting = '', option] of rows) {
    expect(Object.keys(quay?.rows ?? {})).toContain(setting)
    expect(optionsOf('collect quay')).toContain(option)
  }
})
