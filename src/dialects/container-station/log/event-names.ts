import type { Event } from '../../../core/event/event.ts'
import { CONTAINER_TYPES, type ContainerType } from '../parameters.ts'

/** The type of the event's container: `details.type`, else `target.type`. */
export function containerTypeOf({ details, target }: Event): ContainerType {
  const [stated] = [details?.['type'], target?.type].flatMap(
    (text) => CONTAINER_TYPES.find((type) => type === text) ?? [],
  )
  return stated ?? 'docker'
}

/** An image's name with its tag, as far as known, else its digest or id. */
export function imageNameOf(event: Event): string {
  const { name, tag } = imagePartsOf(event)
  return tag === '' ? name : `${name}:${tag}`
}

/** An image's name without its tag, and its tag; `''` when unknown. */
export function imagePartsOf(event: Event): { readonly name: string; readonly tag: string } {
  const { tag = '' } = event.target ?? {}
  const name = targetNameOf(event)
  const isTagged = tag !== '' && name.endsWith(`:${tag}`)
  return { name: isTagged ? name.slice(0, -tag.length - 1) : name, tag }
}

/** The best name of an event's target; `''` when it has none. */
export function targetNameOf({ target }: Event): string {
  if (target === undefined) return ''
  const { name, repository, namespace, digest, id } = target
  const path = repository === undefined ? undefined : [namespace, repository].filter(Boolean)
  return name ?? path?.join('/') ?? digest ?? id ?? namespace ?? ''
}
