import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonOf, startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

const PROGRAM = fileURLToPath(new URL('../../../bin/waybill.js', import.meta.url))

let folder: string
let waybill: WaybillProcess
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-identity-'))
  waybill = await startWaybill({ dataDirectory: folder })
})
afterAll(async () => {
  await waybill.kill()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs the program on the data until it ends by itself. */
function run(...argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [PROGRAM, ...argv, '--data', folder],
    { encoding: 'utf8', timeout: 60_000, env: { PATH: process.env['PATH'] } },
  )
  return { status, stdout, stderr }
}

const serve = (...argv: readonly string[]) => run('serve', '--listen', '127.0.0.1:0', ...argv)

/** What may become of a file; more of it in test/unit/server/instance/instance-identity.test.ts. */
function damages(file: string): readonly (readonly [string, () => void])[] {
  const path = join(folder, file)
  const whole = readFileSync(path)
  return [
    ['missing', () => rmSync(path)],
    ['cut', () => writeFileSync(path, whole.subarray(0, 10))],
    ['of another', () => writeFileSync(path, `${'0123456789abcdef'.repeat(4)}\n`)],
  ]
}

test('a lost origin never begins another ledger, and its name brings the ledger back', async () => {
  const { origin, size } = await jsonOf<{ origin: string; size: number }>(
    waybill.request('/v1/ledger'),
  )
  await waybill.stop()
  const whole = readFileSync(join(folder, 'origin'))
  for (const [what, damage] of damages('origin')) {
    damage()
    const { status, stdout, stderr } = serve()
    expect({ what, status, stdout }).toEqual({ what, status: 1, stdout: '' })
    // It names the ledger that the store has, and how to go on with it.
    expect(stderr).toContain(`the store contains ${origin}`)
    expect(stderr).toContain(`--origin ${origin}`)
    writeFileSync(join(folder, 'origin'), whole)
  }
  rmSync(join(folder, 'origin'))
  waybill = await startWaybill({ dataDirectory: folder, arguments: ['--origin', origin] })
  const after = await jsonOf<{ origin: string; size: number }>(waybill.request('/v1/ledger'))
  expect(after.origin).toBe(origin)
  // The setting of this start is not that of the last one, which is an event.
  expect(after.size).toBe(size + 1)
  expect(readFileSync(join(folder, 'origin'))).toEqual(whole)
})

test('a lost secret key stops the start, and can be replaced', async () => {
  const users = await jsonOf<{ users: readonly { id: string }[] }>(waybill.request('/v1/users'))
  const created = await waybill.request('/v1/access-keys', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user: users.users[0]?.id }),
  })
  expect(created.status).toBe(201)
  await waybill.stop()
  const whole = readFileSync(join(folder, 'secret-key'))
  for (const [what, damage] of damages('secret-key')) {
    damage()
    const { status, stdout, stderr } = serve()
    expect({ what, status, stdout }).toEqual({ what, status: 1, stdout: '' })
    expect(stderr).toMatch(/secret-key/)
    expect(stderr).toMatch(/restore it/i)
    writeFileSync(join(folder, 'secret-key'), whole)
  }
  rmSync(join(folder, 'secret-key'))
  const recovered = run('recover', '--secret-key')
  expect(recovered).toMatchObject({ status: 0 })
  expect(recovered.stdout).toContain('1 access keys encrypted with the old key were deleted')
  waybill = await waybill.restart()
  expect(await jsonOf(waybill.request('/v1/access-keys'))).toEqual({ accessKeys: [] })
  const actions = await actionsOf('access-key.delete', 'settings.change')
  expect(actions.filter((action) => action === 'access-key.delete')).toHaveLength(1)
  expect(actions).toContain('settings.change')
})

test('a lost administrator’s token is replaced on the data, and the old one ends', async () => {
  const lost = waybill.adminToken
  expect(run('recover', '--administrator-token').stderr).toContain('is in use')
  await waybill.stop()
  rmSync(join(folder, 'admin-token'))
  expect(run('recover').status).toBe(2)
  const { status, stdout } = run('recover', '--administrator-token')
  expect({ status, stdout }).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('revoked'),
  })
  waybill = await waybill.restart()
  expect(waybill.adminToken).not.toBe(lost)
  const headers = { Authorization: `Bearer ${lost}` }
  expect((await waybill.request('/v1/ledger', { headers })).status).toBe(401)
  expect((await waybill.request('/v1/ledger')).status).toBe(200)
  expect(await actionsOf('token.revoke', 'token.create')).toEqual([
    'token.create',
    'token.revoke',
    'token.create',
  ])
})

test('a lost or damaged journal stops the start, and can be given up', async () => {
  const { size } = await jsonOf<{ size: number }>(waybill.request('/v1/ledger'))
  await waybill.stop()
  const journal = join(folder, 'ledger', 'journal')
  const segment = join(journal, readdirSync(journal).sort()[0] ?? '')
  const whole = readFileSync(segment)
  expect(run('recover', '--journal')).toMatchObject({
    status: 0,
    stdout: 'the journal is intact; nothing was changed\n',
  })
  // The middle of the first record.
  const damaged = readFileSync(segment)
  damaged[4096 + 100] = (damaged[4096 + 100] ?? 0) ^ 1
  writeFileSync(segment, damaged)
  expect(serve()).toMatchObject({
    ...{ status: 1, stdout: '' },
    stderr: expect.stringMatching(/0000000001\.journal is damaged at byte 4096.*recover --journal/),
  })
  writeFileSync(segment, whole)
  rmSync(journal, { recursive: true })
  const { status, stderr } = serve()
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(/holds no journal, but the store has events.*recover --journal/),
  })
  expect(run('recover', '--journal')).toMatchObject({ status: 0 })
  waybill = await waybill.restart()
  const after = await jsonOf<{ size: number }>(waybill.request('/v1/ledger'))
  expect(after.size).toBe(size + 1)
  expect(await actionsOf('ledger.repair', 'ledger.contradiction')).toEqual(['ledger.repair'])
})

test('the keys of the store are of no use without the secret key', async () => {
  await waybill.stop()
  const script = `
    import { Session } from 'chdb'
    const session = new Session(process.argv[1], { connectionArgs: [] })
    const sql = "SELECT id, body FROM records WHERE kind = 'instance'"
    console.log((await session.queryAsync(sql)).text())
    session.close()`
  const argv = ['--input-type=module', '-e', script, join(folder, 'clickhouse')]
  const { stdout, status } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
  expect(status).toBe(0)
  for (const name of ['cursor-key', 'export-link-key', 'token-key']) expect(stdout).toContain(name)
  expect(stdout).toContain('sealedKey')
  expect(stdout).not.toMatch(/[0-9a-f]{64}/)
  expect(stdout).not.toMatch(/"key"/)
  waybill = await waybill.restart()
})

async function actionsOf(...actions: readonly string[]): Promise<readonly string[]> {
  const query = actions.map((action) => `action=${action}`).join('&')
  const { events } = await jsonOf<{ events: readonly { action: string }[] }>(
    waybill.request(`/v1/events?order=oldest&source=waybill&${query}`),
  )
  return events.map(({ action }) => action)
}
