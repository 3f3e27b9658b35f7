import { dropOldest } from '../../core/drop-oldest.ts'
import type { JsonObject } from '../../core/event/event.ts'
import type { NewEvent } from '../../core/event/new-event.ts'
import { isJsonObject } from '../../core/json/json.ts'
import { DIGEST } from '../../core/values/digest.ts'
import { statedText } from '../bodies/json-body.ts'

/** Most manifest deletions whose digests are remembered; the oldest is dropped first. */
const DELETIONS_REMEMBERED_MAX = 1000
/** Longest key of a deletion that is remembered, in UTF-16 units. */
const NAME_LENGTH_MAX = 1024

/**
 * The digests of deleted manifests, by the registry request that deleted them.
 *
 * A registry reports a manifest's deletion with its digest, and then the deletion of each of its
 * tags without one, usually in a separate delivery. The request id connects them. When a deletion
 * is no longer remembered, such as after a restart, the tag's event lacks the digest.
 */
export class DeletedManifests {
  readonly #digests = new Map<string, string>()

  /**
   * The events of one delivery, with each deleted tag completed by its manifest's digest.
   *
   * @param sender whose request ids they are: another sender may use the same ids.
   */
  completed(events: readonly NewEvent[], sender: string): readonly NewEvent[] {
    for (const event of events) {
      const digest = event.target?.digest
      const name = event.action === 'image.delete' ? deletionOf(event, sender) : undefined
      // An invalid digest would end up in the details of an event that did not send it.
      if (digest !== undefined && DIGEST.pattern.test(digest) && name !== undefined)
        this.#remember(name, digest)
    }
    return events.map((event) => {
      if (event.action !== 'tag.delete' || event.target?.digest !== undefined) return event
      const digest = this.#digests.get(deletionOf(event, sender) ?? '')
      return digest === undefined ? event : { ...event, target: { ...event.target, digest } }
    })
  }

  #remember(name: string, digest: string): void {
    this.#digests.delete(name)
    this.#digests.set(name, digest)
    dropOldest(this.#digests, DELETIONS_REMEMBERED_MAX)
  }
}

/** The key that the events of one deletion share; undefined without a request id. */
function deletionOf({ target, details }: NewEvent, sender: string): string | undefined {
  const request = statedText(requestOf(details)['id'])
  if (request === undefined) return undefined
  const name = JSON.stringify([sender, request, target?.namespace, target?.repository])
  return name.length > NAME_LENGTH_MAX ? undefined : name
}

function requestOf(details: JsonObject | undefined): JsonObject {
  const request = details?.['request']
  return isJsonObject(request) ? request : {}
}
