import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runCommand } from '../support/command-line.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'waybill-skip-'))
const config = join(folder, 'waybill.yaml')
const options = { dataDirectory: join(folder, 'data'), arguments: ['--config', config] }
let waybill: WaybillProcess | undefined
afterAll(async () => {
  await waybill?.stop()
  rmSync(folder, { recursive: true })
})

const configure = (rule: string) =>
  writeFileSync(config, rule === '' ? '{}\n' : `sources:\n  skip:\n    - ${rule}\n`)

/** Sends a notification of two pulls, one of them by a probe. */
async function deliver(to: WaybillProcess, name: string): Promise<unknown> {
  const events = ['kube-probe/1.29', 'skopeo/1.9'].map((useragent) => ({
    ...{ id: `${name} ${useragent} ${to.pid}`, timestamp: '2026-11-01T10:00:00Z', action: 'pull' },
    target: {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: `sha256:${'a'.repeat(64)}`,
      ...{ repository: 'team/app', tag: '1' },
    },
    request: { id: '1', addr: '10.0.0.5:1', host: 'r', method: 'GET', useragent },
    actor: { name: 'kubelet' },
  }))
  const body = JSON.stringify({ events })
  const path = `/v1/sources/distribution/${name}`
  return jsonOf(to.request(path, { method: 'POST', body }))
}

const found = async (from: WaybillProcess, query: string) =>
  (await jsonOf<{ events: readonly Found[] }>(from.request(`/v1/events?${query}`))).events

interface Found {
  readonly client?: { readonly userAgent?: string }
  readonly details?: Readonly<Record<'before' | 'after', Readonly<Record<string, string>>>>
}

test('what a rule leaves out is counted and shown, and the use of a rule is an event', async () => {
  configure("{ name: probes, source: distribution/reg1, userAgent: 'kube-probe/*' }")
  waybill = await startWaybill(options)
  expect(await deliver(waybill, 'reg1')).toMatchObject({ accepted: 1, skipped: 1 })
  expect(await deliver(waybill, 'reg2')).toMatchObject({ accepted: 2, skipped: 0 })
  const first = await found(waybill, 'source=distribution/reg1')
  expect(first.map(({ client }) => client?.userAgent)).toEqual(['skopeo/1.9'])
  expect(await found(waybill, 'source=distribution/reg2')).toHaveLength(2)

  const skipped = [{ rule: 'probes', source: 'distribution/reg1', events: 1 }]
  expect(await jsonOf(waybill.request('/v1/status'))).toMatchObject({ skipped })
  const metrics = await (await waybill.request('/metrics')).text()
  expect(metrics).toContain(
    'waybill_skipped_events_total{source="distribution/reg1",rule="probes"} 1',
  )
  const status = await runCommand(waybill, ['status'])
  expect(status.stdout).toContain('skipped  1 event of distribution/reg1 by the rule probes')

  await waybill.stop()
  configure('')
  waybill = await startWaybill(options)
  expect(await deliver(waybill, 'reg1')).toMatchObject({ accepted: 2, skipped: 0 })
  expect(await jsonOf(waybill.request('/v1/status'))).not.toHaveProperty('skipped')
  const [ended, begun] = await found(waybill, 'action=settings.change')
  const rule = {
    'sources.skip[probes].source': '"distribution/reg1"',
    'sources.skip[probes].userAgent': '["kube-probe/*"]',
  }
  expect(begun?.details?.after).toMatchObject(rule)
  expect(ended?.details?.before).toMatchObject(rule)
})
