import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand } from '../support/command-line.ts'
import { run } from '../support/commands.ts'
import { eventually } from '../support/eventually.ts'
import {
  startTimeStampAuthority,
  type TimeStampAuthority,
} from '../support/time-stamp-authority.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

interface Stamps {
  readonly timeStamps: readonly { size: number; time: string; authority: string }[]
}

const folder = mkdtempSync(join(tmpdir(), 'waybill-stamps-'))
const mirror = join(folder, 'mirror')
const key = join(folder, 'ledger.vkey')
const SENTENCE = /^[\d,]+ events existed at \S+Z, says Test Time Authority/m
let authority: TimeStampAuthority
let waybill: WaybillProcess

beforeAll(async () => {
  authority = await startTimeStampAuthority()
  authority.answerWith((response) => response.writeHead(503).end())
  waybill = await startWaybill({ arguments: ['--ledger-time-stamp-url', authority.url] })
})
afterAll(async () => {
  await waybill?.stop()
  await authority?.close()
  rmSync(folder, { recursive: true })
})

const verify = (...more: readonly string[]) => runCommand(waybill, ['verify', ...more])

test('a failing authority is in the log and the metrics, and nothing waits for it', async () => {
  await eventually(
    async () => waybill.log(),
    (log) => log.includes('it answered 503'),
    { what: 'the failure in the log' },
  )
  const metrics = await (await waybill.request('/metrics')).text()
  expect(metrics).toMatch(/^waybill_time_stamp_failures [1-9]/m)
  const none = await verify('--time-stamp-certificates', authority.rootFile)
  expect([none.code, none.stdout]).toEqual([13, expect.stringContaining('there is no time stamp')])
  expect((await verify()).stdout).toMatch(/unanchored\n$/)
})

test('a checkpoint is stamped, and the stamp is what OpenSSL verifies', async () => {
  authority.answerWith(undefined)
  // A new start asks at once.
  await waybill.kill()
  const stopped = waybill
  waybill = await stopped.restart()
  const { timeStamps } = await eventually(
    () => jsonOf<Stamps>(waybill.request('/v1/ledger/time-stamps')),
    (answer) => answer.timeStamps.length > 0,
    { what: 'the time stamp' },
  )
  const [stamp] = timeStamps
  expect(stamp).toMatchObject({ authority: 'Test Time Authority' })
  const path = `/v1/ledger/time-stamps/${stamp?.size}`
  const files = [join(folder, 'checkpoint'), join(folder, 'reply.tsr')] as const
  writeFileSync(files[0], await (await waybill.request(`${path}/checkpoint`)).text())
  writeFileSync(files[1], Buffer.from(await (await waybill.request(path)).arrayBuffer()))
  const checked = ['-data', files[0], '-in', files[1], '-CAfile', authority.rootFile]
  await run('openssl', 'ts', '-verify', ...checked)
  expect((await waybill.request('/v1/ledger/time-stamps/999999')).status).toBe(404)
})

test('verification says when events existed, and whether the authority was checked', async () => {
  const unchecked = await verify()
  expect(unchecked.code).toBe(0)
  expect(unchecked.stdout).toMatch(SENTENCE)
  expect(unchecked.stdout).toContain('whose certificate was not checked')
  const checked = await verify('--time-stamp-certificates', authority.rootFile)
  expect(checked.code).toBe(0)
  expect(checked.stdout).toMatch(SENTENCE)
  expect(checked.stdout).not.toContain('was not checked')
})

test('a mirror with its time stamp is verified without the server', async () => {
  const copied = await runCommand(waybill, ['ledger', 'mirror', '--stamped', mirror])
  expect(copied.code).toBe(0)
  writeFileSync(key, await (await waybill.request('/v1/ledger/key')).text())
  const options = ['--key', key, '--time-stamp-certificates', authority.rootFile]
  const checked = await verify(mirror, ...options)
  expect(checked.code).toBe(0)
  expect(checked.stdout).toMatch(SENTENCE)
  writeFileSync(join(mirror, 'checkpoint.tsr'), 'no time stamp')
  const broken = await verify(mirror, ...options)
  expect(broken.code).toBe(13)
  expect(broken.stdout).toContain('the time stamp is not valid')
})

test('an authority that the user does not trust is not believed', async () => {
  const other = await startTimeStampAuthority()
  try {
    const refused = await verify('--time-stamp-certificates', other.rootFile)
    expect([refused.code, refused.stdout]).toEqual([13, expect.stringContaining('is not valid')])
  } finally {
    await other.close()
  }
})
