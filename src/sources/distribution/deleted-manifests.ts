import { dropOldest } from '../../core/drop-oldest.ts'
import type { JsonObject } from '../../core/event/event.ts'
import type { NewEvent } from '../../core/event/new-event.ts'
import { isJsonObject } from '../../core/json/json.ts'
import { DIGEST } from '../../core/values/digest.ts'
import { statedText } from '../bodies/json-body.ts'

/** Most deletions of manifests whose digests are remembered; the oldest is forgotten beyond. */
const DELETIONS_REMEMBERED_MAX = 1000
/** Longest name of a deletion that is remembered, in UTF-16 units. */
const NAME_LENGTH_MAX = 1024

/**
 * The digests of deleted manifests, by the request to the registry that deleted them.
 *
 * A registry reports the deletion of a manifest by its digest, and then the deletion of each of its
 * tags, which names no digest, mostly in a delivery of its own. They have the request's id in
 * common. Whatever is not remembered, after a restart say, costs the tag's event its digest alone.
 */
export class DeletedManifests {
  readonly #digests = new Map<string, string>()

  /**
   * The events of one delivery, with the digest of the manifest that each deleted tag was on.
   *
   * @param sender whose requests they are: those of another may have the same ids.
   */
  completed(events: readonly NewEvent[], sender: string): readonly NewEvent[] {
    for (const event of events) {
      const digest = event.target?.digest
      const name = event.action === 'image.delete' ? deletionOf(event, sender) : undefined
      // A digest that is none would be kept in the details of an event that did not send it.
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

/** What the events of one deletion have in common; undefined without the id of a request. */
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
