import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { CommandIo } from '../../../src/cli/command-io.ts'
import { commandLineMarkdown } from '../../../src/cli/command-line-markdown.ts'
import { commandTable } from '../../../src/cli/command-table.ts'
import { runCommand } from '../../../src/cli/run.ts'
import { loadCollectors } from '../../../src/main.ts'

const COLLECTORS = await loadCollectors()
const COMMANDS = commandTable(COLLECTORS)

async function run(argv: readonly string[], env: CommandIo['env'] = {}) {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const interruption = () => new AbortController().signal
  const io = { stdout, stderr, stdin: new PassThrough(), env, interruption }
  const served: unknown[] = []
  const code = await runCommand(argv, io, {
    recover: async () => [],
    openAtRest: async () => expect.fail(),
    serve: async (settings) => {
      served.push(settings)
      return 0
    },
    openImporter: () => Promise.reject(new Error('no test imports')),
    collectors: COLLECTORS,
  })
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? ''), served }
}

describe.each(COMMANDS.map((command) => [command.name, command] as const))(
  '%s',
  (name, command) => {
    test('its help fits a terminal and shows every option', async () => {
      const { code, stdout } = await run([...name.split(' '), '--help'])
      expect(code).toBe(0)
      for (const option of Object.keys(command.options)) expect(stdout).toContain(`--${option}`)
      for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100)
    })

    test('its examples use options that it has', () => {
      for (const { line } of command.examples) {
        expect(line).toContain(`waybill ${name}`)
        const own = line.slice(line.indexOf(`waybill ${name}`)).split(/[|>]/)[0] ?? ''
        for (const [, option] of own.matchAll(/--([a-z-]+)/g)) {
          expect(Object.keys(command.options)).toContain(option)
        }
      }
    })

    test('an unknown option is refused before anything is done', async () => {
      const outcome = await run([...name.split(' '), '--no-such-option'])
      expect(outcome).toMatchObject({ code: 2, stdout: '', served: [] })
      expect(outcome.stderr).toContain('unknown option --no-such-option')
    })
  },
)

test.each([
  [['--interval', 'year'], '--interval: expected one of minute, hour, day, week, month'],
  [['--interval', 'day', '--time-zone', 'Europe/Atlantis'], 'found "Europe/Atlantis"'],
  [['--interval', 'day', '--time-zone', '+01:00'], 'found "+01:00"'],
  [['--time-zone', 'Europe/Berlin'], '--time-zone: only with --interval'],
  [['--by', 'actor'], '--by: only with --interval'],
  [['--from', 'yesterday'], '--from: expected a date'],
])('count %s is refused before the server is asked', async (options, message) => {
  const refused = await run(['count', ...options, '--server', 'http://127.0.0.1:1', '--token', 'x'])
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) })
})

test('serve hands on the settings of flags and environment', async () => {
  const { code, served } = await run(['serve', '--listen', '[::1]:0'], { WAYBILL_DATA: '/tmp/x' })
  expect(code).toBe(0)
  expect(served).toMatchObject([{ data: '/tmp/x', listen: { host: '::1', port: 0 } }])
})

test('a word that begins several commands says which', async () => {
  expect((await run(['token'])).stderr).toContain('token: expected create, list, revoke')
  expect((await run(['help', 'token'])).stdout).toContain('waybill token revoke ID')
})

test('the reference describes every command', () => {
  const markdown = commandLineMarkdown(COMMANDS)
  for (const { name } of COMMANDS) expect(markdown).toContain(`## waybill ${name}\n`)
})
