import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import type { WaybillProcess } from './waybill-process.ts'

/** The digest that several events of `sendConsoleEvents` are about. */
export const CONSOLE_DIGEST = `sha256:${'9f86d081884c7d65'.repeat(4)}`

/** Text that must never be more than text. */
export const HOSTILE_NAME = '<img src=x onerror="document.title=1">'

const ACTORS = ['alice', 'bob', 'ci-deploy', 'renovate', 'carol']
const ACTIONS = ['image.pull', 'image.push', 'container.start', 'tag.delete', 'container.exec']
const NAMESPACES = ['payments', 'platform', 'web', 'library']
const HOUR_MS = 3_600_000

/** Sends a week of events, some of them hostile, and returns their number. */
export async function sendConsoleEvents(waybill: WaybillProcess, nowMs: number): Promise<number> {
  const usual = Array.from({ length: 900 }, (_, index) => ({
    time: new Date(nowMs - 60_000 - ((index * 7919) % 900) * 0.18 * HOUR_MS).toISOString(),
    action: ACTIONS[(index * index) % 7] ?? 'image.pull',
    outcome: index % 23 === 0 ? 'denied' : 'success',
    actor: { kind: 'user', name: ACTORS[(index * 3) % 5] },
    target: {
      type: 'image',
      namespace: NAMESPACES[index % 4],
      repository: index % 3 === 0 ? 'api' : 'worker',
      tag: `1.${index % 30}`,
      ...(index % 150 === 0 && { digest: CONSOLE_DIGEST }),
    },
    client: { ip: `10.0.0.${index % 200}`, userAgent: 'docker/27.3' },
    details: { requestId: `r-${Math.floor(index / 2)}`, layers: 4 },
  }))
  const odd = [
    {
      action: 'image.push',
      actor: { kind: 'user', name: HOSTILE_NAME },
      message: 'invoice \u202Efdp.exe <script>document.title=2</script>',
      details: { html: '<b>bold</b>', large: 'A'.repeat(60_000) },
    },
    { action: 'image.pull', actor: null, target: { digest: CONSOLE_DIGEST } },
  ]
  const events = [...usual, ...odd]
  await sendAccepted(waybill, events)
  return events.length
}

/** Sends events, again while a busy machine refuses them. */
export async function sendAccepted(waybill: WaybillProcess, events: unknown): Promise<void> {
  const body = JSON.stringify(events)
  for (;;) {
    const headers = { 'Content-Type': 'application/json' }
    const response = await waybill.request('/v1/events', { method: 'POST', headers, body })
    const text = await response.text()
    if (response.status !== 429) {
      expect([response.status, text]).toEqual([201, expect.any(String)])
      return
    }
    await setTimeout(Number(response.headers.get('retry-after') ?? 1) * 1_000)
  }
}
