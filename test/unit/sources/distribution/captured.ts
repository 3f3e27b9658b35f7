import { readFileSync } from 'node:fs'
import { SETTINGS } from '../../../../src/config/settings.ts'
import { readSettings } from '../../../../src/config/table/read-settings.ts'
import { parseReportedEvent } from '../../../../src/core/boundary/parse-reported-event.ts'
import type { Event } from '../../../../src/core/event/event.ts'
import { formatTimestamp } from '../../../../src/core/time/timestamp.ts'
import { redactTranslation } from '../../../../src/sources/bodies/redacted-translation.ts'
import type { DistributionSettings } from '../../../../src/sources/distribution/settings.ts'
import { distributionSource } from '../../../../src/sources/distribution/source.ts'
import type { Delivery, Translation } from '../../../../src/sources/source.ts'

const RECEIVED_MICROS = Date.UTC(2026, 10, 30) * 1000

/** When the events of `stored` were received, as they have it. */
export const RECEIVED = formatTimestamp(RECEIVED_MICROS)

const RECEPTION = {
  receivedMicros: RECEIVED_MICROS,
  tenant: 'default',
  anyTenant: false,
  source: { kind: 'distribution', name: 'reg1' },
}

/** Bodies that docker-registry 2.8.2 sent, one a line; two accounts, five kinds of client. */
export function capturedBodies(file: string): readonly Buffer[] {
  const lines = readFileSync(new URL(`captures/${file}`, import.meta.url), 'utf8').trimEnd()
  return lines.split('\n').map((line) => Buffer.from(line))
}

/** One body exactly as it was sent, with the registry's own indentation. */
export function bodyAsSent(): Buffer {
  return readFileSync(new URL('captures/notification-as-sent.json', import.meta.url))
}

/** A body that an operator's registry sent, with names and ids replaced. */
export function reportedBody(name: string): Buffer {
  return readFileSync(new URL(`reported/${name}.json`, import.meta.url))
}

/** Translates one body as the source `reg1` would, with the default settings or some others. */
export function translate(
  body: Buffer | string,
  settings: Partial<DistributionSettings> = {},
): Translation {
  return registrySource(settings)(body)
}

/** Translates bodies one after the other, as one source does. */
export function registrySource(settings: Partial<DistributionSettings> = {}) {
  const { distribution } = readSettings(SETTINGS, { flags: {}, environment: {} }).sources
  const source = distributionSource({ ...distribution, ...settings })
  return (body: Buffer | string, from: Partial<Delivery> = {}): Translation =>
    source.translate({
      headers: {},
      body: Buffer.from(body),
      sourceName: 'reg1',
      tenant: 'default',
      ...from,
    })
}

/** The events of a body as they would be stored: beyond the boundary. */
export function stored(
  body: Buffer | string,
  settings: Partial<DistributionSettings> = {},
): readonly Event[] {
  return redactTranslation(translate(body, settings)).events.map(
    (event) => parseReportedEvent(event, RECEPTION).event,
  )
}
