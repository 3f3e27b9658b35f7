import type { JsonValue } from '../../core/event.ts'
import type { DeadLetter, Delivery, Translation, WebhookSource } from '../source.ts'
import { openEnvelope } from './envelope.ts'
import type { DistributionSettings } from './settings.ts'
import { translateItem } from './translate.ts'

/**
 * Largest notification, in bytes. The registry takes manifests of up to 4 MiB, and with
 * `includereferences` a notification repeats the manifest's layers with indentation. Being refused,
 * it would hold up every later one: the registry repeats a notification until it is taken.
 */
const BODY_BYTES_MAX = 16 * 1024 * 1024

const BLOB_EVENT = 'blob event'

/**
 * Notifications of CNCF Distribution (`docker-registry`, `registry:2` and `registry:3`), the
 * registry inside Harbor and GitLab. See docs/sources/distribution.md.
 */
export function distributionSource(settings: DistributionSettings): WebhookSource {
  return {
    kind: 'distribution',
    bodyBytesMax: BODY_BYTES_MAX,
    translate: (delivery) => translateDelivery(delivery, settings),
  }
}

function translateDelivery(delivery: Delivery, settings: DistributionSettings): Translation {
  try {
    const envelope = openEnvelope(delivery.body)
    if ('unreadable' in envelope) return deadBody(delivery, envelope.unreadable)
    return translateItems(envelope.items, settings)
  } catch (error) {
    // The engine's parser reads deeper nesting than its serialiser can write again.
    if (error instanceof RangeError) return deadBody(delivery, 'the body is nested too deep')
    throw error
  }
}

function translateItems(items: readonly JsonValue[], settings: DistributionSettings): Translation {
  const events = []
  const deadLetters: DeadLetter[] = []
  let blobEvents = 0
  for (const item of items) {
    const read = translateItem(item)
    if ('unreadable' in read) {
      deadLetters.push({ reason: read.unreadable, body: Buffer.from(JSON.stringify(item)) })
    } else if (read.subject === 'blob' && !settings.blobEvents) {
      blobEvents += 1
    } else {
      events.push(read.event)
    }
  }
  return { events, deadLetters, skipped: blobEvents === 0 ? {} : { [BLOB_EVENT]: blobEvents } }
}

function deadBody(delivery: Delivery, reason: string): Translation {
  return { events: [], deadLetters: [{ reason, body: delivery.body }], skipped: {} }
}
