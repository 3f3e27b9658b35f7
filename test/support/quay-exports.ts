import { eventually } from './eventually.ts'
import { jsonOf, type WaybillProcess } from './waybill-process.ts'

/** An export as the native API shows it, as far as the tests look. */
export interface ShownExport {
  readonly id: string
  readonly status: string
  readonly entries: number
  readonly runs: number
  readonly hasFile: boolean
  readonly deliveries: readonly {
    readonly channel: string
    readonly status: string
    readonly attempts: number
    readonly problem?: string
  }[]
}

/** An exported document, as far as the tests look. */
export interface ExportedLog {
  readonly export_id: string
  readonly details: { readonly start_time: string; readonly end_time: string }
  readonly logs: readonly {
    readonly terminator?: true
    readonly kind?: string
    readonly metadata?: { readonly tag?: string }
  }[]
}

/** The day that `sendPushes` gives its events, as Quay writes it. */
const PUSH_DAY = '06/18/2024'
const PUSH_DAY_MS = Date.UTC(2024, 5, 18)
const DAY_MS = 86_400_000
const BATCH_EVENTS = 5000

/** Appends pushes to `NAMESPACE/app`, spread over one day, with the tags `0` to `count - 1`. */
export async function sendPushes(
  waybill: WaybillProcess,
  namespace: string,
  count: number,
): Promise<void> {
  for (let first = 0; first < count; first += BATCH_EVENTS) {
    const lines = Array.from({ length: Math.min(BATCH_EVENTS, count - first) }, (_, offset) => {
      const nth = first + offset
      return JSON.stringify({
        action: 'image.push',
        time: new Date(PUSH_DAY_MS + Math.floor((nth / count) * DAY_MS)).toISOString(),
        actor: { name: `user-${nth % 50}`, email: `user-${nth % 50}@example.com` },
        target: { namespace, repository: 'app', tag: String(nth) },
        client: { ip: '192.0.2.7', userAgent: 'docker/27.0 (linux)' },
      })
    })
    const response = await waybill.request('/v1/events', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: `${lines.join('\n')}\n`,
    })
    if (response.status !== 201) throw new Error(await response.text())
    await response.arrayBuffer()
  }
}

/** Asks for the export of the pushes of a namespace, and answers its id. */
export async function askForExport(
  waybill: WaybillProcess,
  namespace: string,
  receivers: { readonly callback_url?: string; readonly callback_email?: string },
): Promise<string> {
  const range = `starttime=${PUSH_DAY}&endtime=${PUSH_DAY}`
  const response = await waybill.request(`/api/v1/organization/${namespace}/exportlogs?${range}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(receivers),
  })
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
  return (await jsonOf<{ export_id: string }>(response)).export_id
}

/** Waits until an export is as wanted. */
export function exportThat(
  waybill: WaybillProcess,
  id: string,
  accept: (shown: ShownExport) => boolean,
  what: string,
): Promise<ShownExport> {
  const look = () => jsonOf<ShownExport>(waybill.request(`/v1/exports/${id}`))
  return eventually(look, accept, { what, deadlineMs: 120_000 })
}

/** Whether everybody who was to be told is told. */
export function isTold({ deliveries }: ShownExport): boolean {
  return deliveries.every(({ status }) => status === 'delivered')
}
