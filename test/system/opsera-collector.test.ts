import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { NewEvent } from '../../src/core/event/new-event.ts'
import { run } from '../support/commands.ts'
import { eventually } from '../support/eventually.ts'
import { ledgerSize, post } from '../support/quay-pages.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const PROGRAM = join(import.meta.dirname, '../../bin/waybill.js')
const DAY_MS = 86_400_000
const FIRST_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 20 * DAY_MS
const iso = (ms: number) => new Date(ms).toISOString()
const SINCE = iso(FIRST_MS).slice(0, 10)
const UNTIL = iso(FIRST_MS + 10 * DAY_MS).slice(0, 10)
const LOGS = [
  `/api/v2/logs/audit/user?end_date=${UNTIL}&page_size=1000`,
  `/api/v2/logs/audit/user?end_date=${UNTIL}&page_size=100&page=13`,
  `/api/v1/logs/user/actions?start=${SINCE}&end=${UNTIL}`,
  `/api/v1/logs/user/tokens?start=${SINCE}&end=${UNTIL}`,
  `/api/v1/logs/pipelines?end=${UNTIL}&start=2020-01-01`,
]

const endings: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

/** A server, and a request to it with a token of Opsera's. */
async function opsera(options: Parameters<typeof startWaybill>[0] = {}) {
  const waybill = await startWaybill(options)
  endings.push(() => waybill.stop())
  const body = JSON.stringify({ user: 'admin', scopes: ['api'] })
  const headers = { 'Content-Type': 'application/json' }
  const created = waybill.request('/v1/tokens', { method: 'POST', headers, body })
  const { token } = await jsonOf<{ token: string }>(created)
  const ask = (path: string) =>
    jsonOf<{ count: number; data: Record<string, unknown>[] }>(
      waybill.request(path, { headers: { Authorization: `Bearer ${token}` } }),
    )
  return { waybill, token, ask }
}

/** A day with more rows than one answer has, by several types. */
function events(): readonly NewEvent[] {
  // Three events each have one time.
  const at = (index: number) => iso(FIRST_MS + 2 * DAY_MS + Math.floor(index / 3) * 1000)
  const actor = { id: '5e1cbf251c26d68f7ce6361e', name: 'alice', kind: 'user' } as const
  const action = ['image.push', 'auth.login', 'policy.change', 'container.start'] as const
  return [
    ...Array.from({ length: 1300 }, (_, index) => ({
      time: at(index),
      action: action[index % action.length] ?? 'image.push',
      category:
        (['image', 'auth', 'policy', 'container'] as const)[index % action.length] ?? 'image',
      actor,
      target: { namespace: 'acme', repository: `app-${index % 7}` },
    })),
    ...Array.from({ length: 1100 }, (_, index) => ({
      time: at(index),
      action: 'pipeline.step.run',
      nativeAction: 'start confirmation',
      target: { type: 'pipeline-step', name: `step ${index}` },
      message: `Step ${index} started`,
      actor: { ...actor, kind: 'service' as const },
      details: {
        tool_identifier: ['sonar', 'anchore', 'jenkins'][index % 3] ?? '',
        api_response: { index, ключ: [null, { a: 1.5 }] },
        run_count: index,
      },
    })),
    // Rows of two logs at once, late enough for their type to be seen.
    ...Array.from({ length: 40 }, (_, index) => ({
      time: at(1100 + index),
      action: 'pipeline.run',
      target: { type: 'pipeline', id: `pipeline ${index}` },
      actor,
    })),
    ...Array.from({ length: 50 }, (_, index) => ({
      time: at(index),
      action: 'token.use',
      source: { kind: 'opsera', name: 'older' },
      actor,
      target: { type: 'token', id: `token-${index % 3}`, name: '/v1/logs/pipelines' },
      details: { scope: ['api', 'security-logs'][index % 2] ?? 'api' },
    })),
  ]
}

function collect(from: { url: string; token: string }, to: WaybillProcess): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-opsera-'))
  endings.push(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'token'), from.token)
  return run(
    process.execPath,
    PROGRAM,
    ...['collect', 'opsera', '--url', from.url, '--opsera-token-file', join(folder, 'token')],
    ...['--since', SINCE, '--name', 'main', '--server', to.url, '--token', to.adminToken],
  )
}

test('what is collected from a peer is answered as the peer answers it', async () => {
  const peer = await opsera()
  const own = await opsera()
  await post(peer.waybill, events())
  const from = { url: peer.waybill.url, token: peer.token }
  // One more: the peer recorded that its administrator was created.
  expect(await collect(from, own.waybill)).toContain('stored 2,531 events')
  for (const log of LOGS) {
    // As text: members have an order too.
    const [answer, original] = [await own.ask(log), await peer.ask(log)]
    expect(JSON.stringify(answer, null, 1), log).toBe(JSON.stringify(original, null, 1))
  }
  expect((await own.ask(LOGS[0] ?? '')).count).toBe(1340)
  const size = await ledgerSize(own.waybill)
  expect(await collect(from, own.waybill)).toContain('stored 0 events')
  expect(await ledgerSize(own.waybill)).toBe(size)
})

test('each use of a token becomes a row, on any API', async () => {
  const { waybill, ask } = await opsera({ environment: { WAYBILL_AUDIT_TOKEN_USE: 'true' } })
  await waybill.request('/api/v1/superuser/logs')
  await waybill.request('/container-station/api/v1/log?user=x')
  await ask('/api/v1/logs/pipelines')
  await post(waybill, [{ action: 'image.push' }, { action: 'image.push' }])
  const rows = await eventually(
    async () => (await ask('/api/v1/logs/user/tokens')).data,
    (data) => data.some(({ target }) => target === '/v1/logs/user/tokens'),
    { what: 'the row of the use that asks for rows' },
  )
  const targets = rows.map(({ target }) => target)
  for (const target of ['/v1/superuser/logs', '/container-station/api/v1/log', '/v1/tokens']) {
    expect(targets).toContain(target)
  }
  const pipelines = rows.find(({ target }) => target === '/v1/logs/pipelines')
  expect(pipelines).toMatchObject({ scope: 'api', account: 'default', __v: 0 })
  expect(pipelines?.['token_id']).toMatch(/^[0-9a-f]{24}$/)
  // Uses by who sends events are told once for each minute.
  expect(targets).not.toContain('/v1/events')
})
