import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'waybill-cli-'))
let waybill: WaybillProcess

beforeAll(async () => {
  waybill = await startWaybill()
})
afterAll(async () => {
  await waybill.stop()
  rmSync(folder, { recursive: true })
})

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface RunOptions {
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
}

function start(argv: readonly string[], environment: RunOptions['environment'] = {}) {
  const env = {
    PATH: process.env['PATH'],
    WAYBILL_SERVER: waybill.url,
    WAYBILL_DATA: waybill.dataDirectory,
    ...environment,
  }
  return spawn(process.execPath, [PROGRAM, ...argv], { cwd: folder, env })
}

async function run(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = start(argv, options.environment)
  const output = collected(child)
  child.stdin.end(options.input ?? '')
  await once(child, 'close')
  return { code: child.exitCode, stdout: output.stdout(), stderr: output.stderr() }
}

function collected(child: ChildProcess) {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk)
  })
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk)
  })
  return { stdout: () => stdout, stderr: () => stderr }
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '')
}

function numbered(namespace: string, count: number): string {
  const events = Array.from({ length: count }, (_, index) => ({
    action: 'image.push',
    target: { namespace, repository: 'app', tag: String(index) },
  }))
  return events.map((event) => `${JSON.stringify(event)}\n`).join('')
}

/** A server that answers as it is told; it stands in for overload and for strangers. */
async function withServer<Result>(
  answer: Parameters<typeof createServer>[1],
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const server: Server = createServer(answer)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  try {
    return await use(`http://127.0.0.1:${port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe('send', () => {
  test('an event stated by options is found again with every field that was given', async () => {
    const sent = await run([
      ...['send', '--action', 'image.push', '--actor', 'alice', '--namespace', 'one'],
      ...['--repository', 'app', '--tag', '1', '--ip', '10.1.2.3', '--details', '{"size":7}'],
    ])
    expect(sent).toEqual({ code: 0, stdout: 'stored 1 event\n', stderr: '' })
    const found = await run(['search', '--namespace', 'one', '--json'])
    expect(JSON.parse(found.stdout)).toMatchObject({
      action: 'image.push',
      actor: { name: 'alice', kind: 'user' },
      target: { namespace: 'one', repository: 'app', tag: '1' },
      client: { ip: '10.1.2.3' },
      details: { size: 7 },
    })
  })

  test('an option of a single event is rejected by name when events are read', async () => {
    const input = JSON.stringify({ action: 'image.push' })
    const { code, stderr } = await run(['send', '--tenant', 'edge'], { input })
    expect(code).toBe(2)
    expect(stderr).toContain('--tenant describes a single event')
  })

  test('every event of a file larger than a batch is stored once, in its order', async () => {
    writeFileSync(join(folder, 'many.ndjson'), numbered('many', 2_500))
    expect(await run(['send', 'many.ndjson'])).toMatchObject({ code: 0, stderr: '' })
    const found = await run(['search', '--namespace', 'many', '--oldest', '--all', '--json'])
    const tags = lines(found.stdout).map((line) => JSON.parse(line).target.tag)
    expect(tags).toEqual(Array.from({ length: 2_500 }, (_, index) => String(index)))
  })

  test('a run that is repeated with its key stores nothing twice', async () => {
    const argv = ['send', '--idempotency-key', 'again', '--batch-size', '10', '-']
    const input = numbered('again', 35)
    expect((await run(argv, { input })).stdout).toMatch(/^stored 35 events, \S+\/s\n$/)
    expect((await run(argv, { input })).stdout).toMatch(
      /^stored 0 events \(35 duplicates skipped\)/,
    )
    const found = await run(['search', '--namespace', 'again', '--all', '--json'])
    expect(lines(found.stdout)).toHaveLength(35)
  })

  test('a refused event is named by file and line, with how to go on', async () => {
    const input = `${numbered('refused', 12)}{"action":"NOT AN ACTION"}\n`
    writeFileSync(join(folder, 'refused.ndjson'), input)
    const { code, stderr } = await run(['send', '--batch-size', '10', 'refused.ndjson'])
    expect(code).toBe(1)
    expect(stderr).toContain('refused.ndjson:13: /action: expected')
    expect(stderr).toContain('10 events of earlier batches are stored')
    expect(stderr).toMatch(/--idempotency-key [0-9a-f-]{36} /)
  })

  test('broken JSON is named by its line', async () => {
    const input =
      '{"action":"image.push"}\n{"action":"image.push","message":"cut o\n{"action":"a.b"}\n'
    const { code, stderr } = await run(['send'], { input })
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('standard input:2: not JSON'),
    })
  })

  test('events of a live input are stored before it ends', async () => {
    const child = start(['send'])
    child.stdin.write('{"action":"live.input","category":"system"}\n')
    await eventually(
      () => run(['search', '--action', 'live.input', '--json']),
      ({ stdout }) => stdout !== '',
      { what: 'the event of an input that goes on' },
    )
    child.stdin.end()
    await once(child, 'close')
    expect(child.exitCode).toBe(0)
  })

  test('a live input that is interrupted ends at once, and says how to go on', async () => {
    const child = start(['send', '--batch-size', '1'])
    const { stderr } = collected(child)
    child.stdin.write(numbered('interrupted', 1))
    await eventually(
      () => run(['search', '--namespace', 'interrupted', '--json']),
      ({ stdout }) => stdout !== '',
      { what: 'the first event' },
    )
    child.kill('SIGTERM')
    await once(child, 'close')
    expect(child.exitCode).toBe(130)
    expect(stderr()).toMatch(/1 event of an earlier batch is stored.*--idempotency-key/s)
  })

  test('a busy server is asked again, with the same key and body', async () => {
    const requests: unknown[] = []
    const outcome = await withServer(
      (request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          requests.push([request.headers['idempotency-key'], Buffer.concat(chunks).toString()])
          const [status, text] =
            requests.length < 3 ? [429, '{"title":"busy"}'] : [201, '{"accepted":1,"duplicates":0}']
          response.writeHead(status as number, { 'Retry-After': '0' }).end(text)
        })
      },
      (url) => run(['send', '--server', url, '--token', 'x', '--action', 'a.b']),
    )
    expect(outcome).toMatchObject({ code: 0, stdout: 'stored 1 event\n' })
    expect(requests).toHaveLength(3)
    expect(new Set(requests.map((request) => JSON.stringify(request))).size).toBe(1)
  })
})

describe('search', () => {
  test('a table shows no control characters of an event', async () => {
    const event = {
      action: 'evil.text',
      category: 'system',
      actor: { name: '\u001b[2Jx\u009b31m\u202ey' },
    }
    await run(['send'], { input: JSON.stringify(event) })
    const { stdout } = await run(['search', '--action', 'evil.text'])
    expect(stdout).toContain('\ufffd[2Jx\ufffd31m\ufffdy')
  })

  test('a closed output ends the command silently', async () => {
    const child = start(['search', '--all', '--json'])
    const { stderr } = collected(child)
    child.stdout.once('data', () => child.stdout.destroy())
    await once(child, 'exit')
    expect({ code: child.exitCode, stderr: stderr() }).toEqual({ code: 0, stderr: '' })
  })

  test('what does not match is no failure', async () => {
    expect(await run(['search', '--actor', 'nobody-at-all'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'no events match\n',
    })
  })
})

describe('tail', () => {
  test('it shows each event once, also over a restart of the server', async () => {
    const data = mkdtempSync(join(tmpdir(), 'waybill-tail-'))
    const options = { dataDirectory: data }
    const first = await startWaybill(options)
    const port = new URL(first.url).port
    const environment = { WAYBILL_SERVER: first.url, WAYBILL_DATA: data }
    const send = (namespace: string) =>
      run(['send', '--action', 'image.mount', '--namespace', namespace], { environment })
    const child = start(['tail', '--json', '--all', '--action', 'image.mount'], environment)
    const { stdout, stderr } = collected(child)
    const seen = async () => lines(stdout()).map((line) => JSON.parse(line).target.namespace)
    await send('before')
    await eventually(seen, (all) => all.length === 1, { what: 'the first event' })
    await first.stop()
    const second = await startWaybill({ ...options, arguments: ['--listen', `127.0.0.1:${port}`] })
    await send('after')
    await eventually(seen, (all) => all.length === 2, { what: 'the event after the restart' })
    expect(await seen()).toEqual(['before', 'after'])
    child.kill('SIGINT')
    await once(child, 'close')
    await second.stop()
    rmSync(data, { recursive: true })
    expect(child.exitCode).toBe(130)
    expect(stderr()).toContain('reconnected')
  })
})

describe('export', () => {
  test('a file appears whole under its name, and no part stays', async () => {
    writeFileSync(join(folder, 'export.ndjson'), numbered('export', 50))
    await run(['send', 'export.ndjson'])
    const { code } = await run(['export', '--namespace', 'export', '--output', 'out.ndjson'])
    expect(code).toBe(0)
    expect(lines(readFileSync(join(folder, 'out.ndjson'), 'utf8'))).toHaveLength(50)
    expect(existsSync(join(folder, 'out.ndjson.part'))).toBe(false)
  })

  test('an answer that breaks off leaves no file behind', async () => {
    const outcome = await withServer(
      (_request, response) => {
        response.writeHead(200).write('{"seq":0}\n', () => response.destroy())
      },
      (url) => run(['export', '--server', url, '--token', 'x', '--output', 'cut.ndjson']),
    )
    expect(outcome.code).toBe(3)
    expect(existsSync(join(folder, 'cut.ndjson'))).toBe(false)
    expect(existsSync(join(folder, 'cut.ndjson.part'))).toBe(false)
  })
})

describe('access', () => {
  test('a token is printed alone, once, and works until it is revoked', async () => {
    await run(['user', 'create', 'reader', '--role', 'auditor'])
    const created = await run(['token', 'create', 'reader', '--scope', 'events:read'])
    const token = created.stdout.trim()
    expect(token).toMatch(/^\S{20,}$/)
    expect(created.stderr).toContain('only now')
    const environment = { WAYBILL_TOKEN: token }
    expect(await run(['search', '--limit', '1'], { environment })).toMatchObject({ code: 0 })
    expect((await run(['token', 'list'])).stdout).not.toContain(token)
    const listed = lines((await run(['token', 'list', '--json'])).stdout)
    const ids = listed.map((line) => JSON.parse(line).id)
    await run(['token', 'revoke', ids.at(-1)])
    expect(await run(['search', '--limit', '1'], { environment })).toMatchObject({ code: 4 })
  })

  test('a name of several users is answered with their ids, and an id is taken', async () => {
    const [, id = ''] =
      /, id (\S+)/.exec((await run(['user', 'create', 'admin', '--role', 'auditor'])).stdout) ?? []
    const grant = ['--role', 'read', '--namespace', 'team']
    for (const command of [
      ['token', 'create', 'admin', '--scope', 'events:read'],
      ['grant', 'add', 'admin', ...grant],
      ['user', 'delete', 'admin'],
    ]) {
      const { code, stderr } = await run(command)
      expect(code).toBe(1)
      expect(stderr).toContain('2 users')
      expect(stderr).toContain(`${id} (tenant default)`)
      expect(stderr).toContain('(all tenants)')
    }
    expect((await run(['token', 'create', id, '--scope', 'events:read'])).code).toBe(0)
    expect((await run(['grant', 'add', id, ...grant])).code).toBe(0)
    expect((await run(['user', 'delete', id])).code).toBe(0)
    expect((await run(['token', 'create', 'admin', '--scope', 'events:read'])).code).toBe(0)
  })

  test('a user can be created, granted a right, seen and deleted by name', async () => {
    expect((await run(['user', 'create', 'dora', '--email', 'd@example.com'])).code).toBe(0)
    expect((await run(['user', 'create', 'dora'])).code).toBe(1)
    const grant = ['grant', 'add', 'dora', '--role', 'admin', '--namespace', 'team']
    expect((await run(grant)).stdout).toMatch(/^granted dora admin on team, id /)
    expect((await run(['grant', 'list'])).stdout).toMatch(/dora\s+admin\s+team/)
    expect((await run(['user', 'list'])).stdout).toContain('d@example.com')
    expect((await run(['user', 'delete', 'dora'])).code).toBe(0)
    expect((await run(['user', 'list'])).stdout).not.toContain('dora')
  })

  test("the administrator's token is never sent to another machine", async () => {
    const outcome = await run(['search', '--server', 'http://waybill.invalid:7480'])
    expect(outcome.code).toBe(3)
    const tokens: unknown[] = []
    await withServer(
      (request, response) => {
        tokens.push(request.headers.authorization)
        response.writeHead(302, { Location: waybill.url }).end()
      },
      (url) => run(['search', '--server', url.replace('127.0.0.1', '[::ffff:127.0.0.1]')]),
    )
    expect(tokens).toEqual([undefined])
  })
})

describe('the program', () => {
  test.each([
    [0, ['--help']],
    [0, ['help', 'token', 'create']],
    [0, ['version']],
    [2, []],
    [2, ['sned']],
    [2, ['search', '--form', '1d']],
    [2, ['search', '--from', 'yesterday']],
    [2, ['send', '--server', 'not a url', '--action', 'a.b']],
    [2, ['serve', '--listen', 'everywhere']],
    [1, ['search', '--outcome', 'splendid']],
    [3, ['search', '--server', 'http://127.0.0.1:9']],
    [4, ['search', '--token', 'wrong']],
  ])('ends with %i: %j', async (code, argv) => {
    expect(await run(argv)).toMatchObject({ code })
  })

  test('an error is one clear line on standard error, and nothing on standard output', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    expect(await run(['search', '--server', url])).toEqual({
      code: 3,
      stdout: '',
      stderr:
        `waybill: error: cannot reach ${url}: connection refused\n` +
        'hint: start it with `waybill serve`, or choose another with --server or WAYBILL_SERVER\n',
    })
  })

  test('status tells version, ledger and store', async () => {
    const { code, stdout } = await run(['status'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^version +\d/)
    expect(stdout).toMatch(/^root +[0-9a-f]{64}$/m)
    expect(stdout).not.toMatch(/NaN|undefined/)
  })
})
