import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { createMetrics } from '../../../src/server/observe/metrics.ts'
import { idleLedger } from '../../support/idle-ledger.ts'

const DOCUMENT = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8')

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string }
}

/** What `/metrics` has, by name and type, with everything switched on. */
async function shownMetrics(): Promise<ReadonlyMap<string, string>> {
  const metrics = createMetrics(idleLedger())
  metrics.watchExports(() => [])
  metrics.watchSkipped(() => [])
  metrics.watchTimeStamps(() => ({ failures: 0, problem: undefined, time: '' }))
  metrics.watchPublished({
    witnessedSize: () => 0,
    witnesses: () => [],
    checkpointSize: () => 0,
    isFailing: () => false,
    verifier: undefined,
    statements: undefined,
  })
  metrics.measured(() => Promise.reject(new Error('nothing is appended')))
  metrics.collector('quay/one')
  const types = [...(await metrics.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)]
  return new Map(types.map(([, name = '', type = '']) => [name, type]))
}

/** The names of the program's metrics in a text; `waybill_x_*` is none. */
function namesIn(text: string): readonly string[] {
  return text.match(/\b(?:waybill|process|nodejs)_[a-z0-9_]*[a-z0-9](?![a-z0-9_])/g) ?? []
}

function isShown(name: string, shown: ReadonlyMap<string, string>): boolean {
  const series = name.replace(/_(?:bucket|sum|count)$/, '')
  return shown.has(name) || shown.get(series) === 'histogram'
}

test('every metric that the document names is in /metrics', async () => {
  const shown = await shownMetrics()
  const named = namesIn(DOCUMENT)
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((name) => !isShown(name, shown))).toEqual([])
})

test("every metric of Waybill's own is in the document", async () => {
  const named = new Set(namesIn(DOCUMENT))
  const own = [...(await shownMetrics()).keys()].filter((name) => name.startsWith('waybill_'))
  expect(own.filter((name) => !named.has(name))).toEqual([])
})

test('each alert rule is of a metric that is there, has a severity and says what is wrong', () => {
  const [, text = ''] = /^```yaml alerts\n(.*?)^```$/ms.exec(DOCUMENT) ?? []
  const { groups }: { groups: { rules: Rule[] }[] } = parse(text)
  const rules = groups.flatMap((group) => group.rules)
  expect(rules.length).toBeGreaterThan(5)
  for (const { alert, expr, labels, annotations } of rules) {
    expect(alert).toMatch(/^Waybill[A-Za-z]+$/)
    expect(expr, alert).toMatch(/\bwaybill_|^up\{/)
    expect(['critical', 'warning']).toContain(labels.severity)
    expect(annotations.summary).toMatch(/\{\{ \$labels\.\w+ \}\}/)
  }
})
