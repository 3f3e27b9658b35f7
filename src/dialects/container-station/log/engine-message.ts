import { ENGINE_KIND } from '../../../core/container-engine.ts'
import { ACTIONS } from '../../../core/event/action-catalogue.ts'
import type { Event } from '../../../core/event/event.ts'
import { actWords, capitalized } from './act-words.ts'
import { REPORTS } from './ending.ts'
import { containerTail, ID_DIGITS_SHOWN, listed, tailOf, textOf } from './message-tail.ts'

/** Container Station's name of the registry for images without a host. */
const DOCKER_HUB = 'dockerhub'

/** Container Station's words for completed acts of an engine that differ from the act itself. */
const DONE: ReadonlyMap<string, string> = new Map([
  ['image.pull', 'Finished to download image'],
  ['image.push', 'Finished to push image'],
  ['image.delete', 'Image removed'],
  ['container.commit', 'commit container'],
  ['container.oom', 'Out of memory in container'],
])

/** Whether an engine reported an event; its message is then Waybill's, and not shown. */
export function isEngineReport({ source }: Event): boolean {
  return source.kind === ENGINE_KIND
}

/**
 * An engine's report in Container Station's words: `Finished to download image from dockerhub
 * (docker, busybox:1)`.
 */
export function engineMessage(event: Event): string {
  const { action } = event
  const from = action === 'image.pull' ? ` from ${registryOf(event)}` : ''
  return `${wordsOf(event)}${from}${subjectOf(event)}${moreOf(event)}`
}

/** The actions whose words contain a text, ignoring case, for events of engines. */
export function engineActionsSaying(text: string): readonly string[] {
  const searched = text.toLowerCase()
  return ACTIONS.map(({ action }) => action).filter((action) =>
    [DONE.get(action) ?? '', actWords(action)].some((words) =>
      words.toLowerCase().includes(searched),
    ),
  )
}

/** Engines report completed acts; if the outcome is unknown, only the act is named. */
function wordsOf({ action, outcome }: Event): string {
  const isReport = REPORTS.includes(action)
  if (outcome === 'failure' && !isReport) return `Failed to ${actWords(action)}`
  const done = outcome === 'success' || isReport ? DONE.get(action) : undefined
  return done ?? capitalized(actWords(action))
}

function registryOf(event: Event): string {
  const registry = textOf(event, 'registry')
  return registry === undefined || registry === 'docker.io' ? DOCKER_HUB : registry
}

function subjectOf(event: Event): string {
  const { action, target } = event
  if (action === 'container.commit') return containerTail(event, textOf(event, 'imageRef') ?? '')
  const isNamed = target?.name !== undefined || target?.repository !== undefined
  if (target?.type !== 'image' || isNamed || target.id === undefined) return tailOf(event)
  return listed(['docker', target.id.replace(/^sha256:/, '').slice(0, ID_DIGITS_SHOWN)])
}

/** Details of engines that Container Station's words lack. */
function moreOf(event: Event): string {
  const { action } = event
  const exitCode = textOf(event, 'exitCode') ?? textOf(event, 'containerExitCode')
  if (action.endsWith('.exit') && exitCode !== undefined) return ` with code ${exitCode}`
  const signal = action === 'container.kill' ? textOf(event, 'signal') : undefined
  if (signal !== undefined) return ` with signal ${signal}`
  const oldName = action === 'container.rename' ? textOf(event, 'oldName') : undefined
  if (oldName !== undefined) return ` from ${oldName.replace(/^\//, '')}`
  const health = action === 'container.health' ? healthOf(event) : undefined
  return health === undefined ? '' : `: ${health}`
}

/** Docker has it after the word; Podman in a member or an attribute, by version. */
function healthOf(event: Event): string | undefined {
  const names = ['argument', 'HealthStatus', 'health_status', 'containerHealthStatus']
  return names.map((name) => textOf(event, name)).find((text) => text !== undefined)
}
