import type { Event } from '../../../core/event/event.ts'
import { containerTypeOf, imageNameOf, targetNameOf } from './event-names.ts'

/** Digits of an id in Container Station's messages. */
export const ID_DIGITS_SHOWN = 12

/**
 * The target of a message as Container Station writes it after the words: a container as ` (docker,
 * 5b4b96c56fd7, web)`, an image as ` (docker, busybox:latest)`, anything else as `: name`.
 */
export function tailOf(event: Event): string {
  const own = TAILS.get(event.action)
  if (own !== undefined) return own(event)
  const [object] = event.action.split('.', 1)
  if (object === 'container') return containerTail(event)
  return IMAGE_OBJECTS.includes(object ?? '') ? imageTail(event) : nameTail(event)
}

const IMAGE_OBJECTS = ['image', 'tag', 'blob']

const TAILS: ReadonlyMap<string, (event: Event) => string> = new Map([
  ['container.commit', (event) => containerTail(event, textOf(event, 'image'))],
  ['container.export', (event) => `${containerTail(event)}${pathTail(event, 'to')}`],
  ['container.import', (event) => `${containerTail(event)}${pathTail(event, 'from')}`],
  ['container.prune', pruneTail],
  ['image.prune', pruneTail],
  ['network.prune', pruneTail],
  ['volume.prune', pruneTail],
  ['background-task.run', taskTail],
  ['image-registry.add', registryTail],
  ['backup-target.add', backupTargetTail],
  ['backup-target.change', backupTargetTail],
  ['backup-target.remove', backupTargetTail],
  ['host.start', versionTail],
  ['log.clear', () => ''],
])

/** A container in parentheses; older kinds of containers have only a name. */
export function containerTail(event: Event, subject = event.target?.name): string {
  const id = event.target?.id?.slice(0, ID_DIGITS_SHOWN)
  return listed([containerTypeOf(event), id, subject])
}

function imageTail(event: Event): string {
  return listed([containerTypeOf(event), imageNameOf(event)])
}

function taskTail(event: Event): string {
  return listed([event.target?.type ?? 'task', targetNameOf(event)])
}

function nameTail(event: Event): string {
  const name = targetNameOf(event)
  return name === '' ? '' : `: ${name}`
}

function pathTail(event: Event, preposition: string): string {
  const path = textOf(event, 'path')
  return path === undefined ? '' : ` ${preposition} ${path}`
}

function pruneTail(event: Event): string {
  const names = textOf(event, 'names')
  return names === undefined ? '' : `: ${names}`
}

function registryTail(event: Event): string {
  const url = textOf(event, 'url')
  return url === undefined ? nameTail(event) : `${nameTail(event)}, ${url}`
}

function backupTargetTail(event: Event): string {
  const [name, address] = [targetNameOf(event), textOf(event, 'address')]
  return [name, address && `(${address})`].flatMap((part) => (part ? ` ${part}` : [])).join('')
}

function versionTail(event: Event): string {
  const version = textOf(event, 'version')
  return version === undefined ? '' : `: ${version}`
}

/** The non-empty parts in parentheses. */
export function listed(parts: readonly (string | undefined)[]): string {
  return ` (${parts.filter((part) => part !== undefined && part !== '').join(', ')})`
}

/** A text in the details of an event; undefined when absent or empty. */
export function textOf({ details }: Event, name: string): string | undefined {
  const value = details?.[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
