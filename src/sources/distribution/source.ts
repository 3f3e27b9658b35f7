import { Type } from 'typebox'
import type { JsonValue } from '../../core/event/event.ts'
import type { NewEvent } from '../../core/event/new-event.ts'
import { deepJsonText } from '../../core/json/json-excerpt.ts'
import type { DeadLetter, Delivery, Translation, WebhookSource } from '../source.ts'
import { DeletedManifests } from './deleted-manifests.ts'
import { openEnvelope } from './envelope.ts'
import type { DistributionSettings } from './settings.ts'
import { type Surroundings, translateItem } from './translate.ts'

/**
 * Largest notification, in bytes. A registry accepts manifests of up to 4 MiB, and with
 * `includereferences` a notification repeats the manifest's layers with indentation. A rejected
 * notification would block every later one, because the registry repeats it until it is accepted.
 */
const BODY_BYTES_MAX = 16 * 1024 * 1024

const BLOB_EVENT = 'blob event'

const NOTIFICATION = Type.Unsafe({
  description: 'Notifications as the registry sends them',
  examples: [
    {
      events: [
        {
          id: '320678d8-ca14-430f-8bb6-4ca139cd83f7',
          timestamp: '2026-11-22T12:10:41.814279Z',
          action: 'push',
          target: { repository: 'acme/app', tag: '1.0' },
          actor: { name: 'alice' },
        },
      ],
    },
  ],
})

const DELIVERY = {
  summary: 'Notifications of a registry: CNCF Distribution, GitLab, Azure',
  body: {
    'application/vnd.docker.distribution.events.v2+json': NOTIFICATION,
    'application/json': NOTIFICATION,
  },
}

/**
 * Notifications of CNCF Distribution (`docker-registry`, `registry:2` and `registry:3`), of the
 * registry inside GitLab, and of Azure Container Registry. See docs/sources/distribution.md.
 */
export function distributionSource(settings: DistributionSettings): WebhookSource {
  const deleted = new DeletedManifests()
  return {
    kind: 'distribution',
    bodyBytesMax: BODY_BYTES_MAX,
    delivery: DELIVERY,
    pushesSetTags: true,
    translate(delivery) {
      const translation = translateDelivery(delivery, settings)
      const sender = JSON.stringify([delivery.tenant, delivery.sourceName])
      return { ...translation, events: deleted.completed(translation.events, sender) }
    },
  }
}

function translateDelivery({ body }: Delivery, settings: DistributionSettings): Translation {
  const envelope = openEnvelope(body)
  if ('unreadable' in envelope) {
    return { events: [], deadLetters: [{ reason: envelope.unreadable, body }], skipped: {} }
  }
  const surroundings = { prefixes: settings, others: envelope.others }
  return translateItems(envelope.items, surroundings, settings.blobEvents)
}

function translateItems(
  items: readonly JsonValue[],
  surroundings: Surroundings,
  keepsBlobs: boolean,
): Translation {
  const events: NewEvent[] = []
  const deadLetters: DeadLetter[] = []
  const skipped: Record<string, number> = {}
  const skip = (reason: string) => {
    skipped[reason] = (skipped[reason] ?? 0) + 1
  }
  for (const item of items) {
    const read = translateItem(item, surroundings)
    if ('unreadable' in read) {
      deadLetters.push({ reason: read.unreadable, body: Buffer.from(deepJsonText(item)) })
    } else if ('skipped' in read) skip(read.skipped)
    else if (read.isBlob && !keepsBlobs) skip(BLOB_EVENT)
    else events.push(read.event)
  }
  return { events, deadLetters, skipped }
}
