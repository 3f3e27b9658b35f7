import type { Event } from '../../core/event.ts'
import { containerTypeOf, imageNameOf, targetNameOf } from './event-names.ts'

/** Digits of an id that Container Station writes in a message. */
const ID_DIGITS_SHOWN = 12

/**
 * The text of an event in the log: its own message, else one in the words of Container Station, or,
 * for what it has no words for, the action and what it was done to.
 */
export function messageOf(event: Event): string {
  return event.message ?? templateOf(event)?.(event) ?? genericMessage(event)
}

type Template = (event: Event) => string

function templateOf({ action }: Event): Template | undefined {
  return Object.hasOwn(TEMPLATES, action) ? TEMPLATES[action] : undefined
}

const TEMPLATES: Readonly<Record<string, Template>> = {
  'container.create': (event) => `Create container ${containerTail(event)}`,
  'container.start': (event) => `Start container ${containerTail(event)}`,
  'container.stop': (event) => `Stop container ${containerTail(event)}`,
  'container.restart': (event) => `Restart container ${containerTail(event)}`,
  'container.delete': (event) => `Destroy container ${containerTail(event)}`,
  'image.pull': (event) => backgroundTask(event, 'image_download'),
  'image.push': (event) => backgroundTask(event, 'image_push'),
  'image.delete': (event) => `Image removed (docker, ${imageNameOf(event)})`,
  'tag.delete': (event) => `Image removed (docker, ${imageNameOf(event)})`,
  'network.create': (event) => `Create network: ${targetNameOf(event)}`,
  'network.delete': (event) => `Remove network: ${targetNameOf(event)}`,
  'volume.create': (event) => `Create volume: ${targetNameOf(event)}`,
  'volume.delete': (event) => `Remove volume: ${targetNameOf(event)}`,
}

/** `(docker, 5b4b96c56fd7, web)`; the older kinds of containers have a name alone. */
function containerTail(event: Event): string {
  const id = event.target?.id?.slice(0, ID_DIGITS_SHOWN)
  const parts = [containerTypeOf(event), id, event.target?.name]
  return `(${parts.filter((part) => part !== undefined).join(', ')})`
}

function backgroundTask(event: Event, task: string): string {
  const tail = `(${task}, ${imageNameOf(event)})`
  switch (event.outcome) {
    case 'pending':
      return `Start to do background task ${tail}`
    case 'failure':
    case 'denied':
      return `Failed to do background task ${tail}`
    case 'success':
    case 'unknown':
      return `Finished background task ${tail}`
  }
}

function genericMessage(event: Event): string {
  const name = targetNameOf(event)
  return name === '' ? event.action : `${event.action}: ${name}`
}
