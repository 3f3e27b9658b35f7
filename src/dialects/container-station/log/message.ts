import type { Event } from '../../../core/event/event.ts'
import { actWords, capitalized } from './act-words.ts'
import { isFailed, isFailureReport } from './ending.ts'
import { engineMessage, isEngineReport } from './engine-message.ts'
import { imageNameOf, targetNameOf } from './event-names.ts'
import { tailOf } from './message-tail.ts'

/**
 * The text of an event in the log: its own message, else one in Container Station's words, which
 * events of engines always get. Only an act that succeeded is worded as finished: one that began,
 * failed or was denied says so, and with an unknown outcome only the act is named.
 */
export function messageOf(event: Event): string {
  return isEngineReport(event) ? engineMessage(event) : (event.message ?? composedMessage(event))
}

type Words = (event: Event) => string

function composedMessage(event: Event): string {
  const report = reportOf(event)
  if (report !== undefined) return report
  const act = TASKS.get(event.action)?.(event) ?? plainAct(event)
  if (isFailed(event)) return `Failed to ${act}`
  if (event.outcome === 'pending') return `Start to ${act}`
  const finished = event.outcome === 'success' ? FINISHED.get(event.action) : undefined
  return finished?.(event) ?? capitalized(plainAct(event))
}

function plainAct(event: Event): string {
  return `${actWords(event.action)}${tailOf(event)}`
}

/** Acts that Container Station calls tasks while they run and when they fail. */
const TASKS: ReadonlyMap<string, Words> = new Map([
  ['image.pull', (event) => `do ${imageTask('image_download', event)}`],
  ['image.push', (event) => `do ${imageTask('image_push', event)}`],
])

/**
 * Container Station's words for success that differ from the act itself, such as `Create
 * container`.
 */
const FINISHED: ReadonlyMap<string, Words> = new Map([
  ['image.pull', (event) => `Finished ${imageTask('image_download', event)}`],
  ['image.push', (event) => `Finished ${imageTask('image_push', event)}`],
  ['background-task.run', (event) => `Finished background task${tailOf(event)}`],
  ['image.delete', (event) => `Image removed${tailOf(event)}`],
  ['tag.delete', (event) => `Image removed${tailOf(event)}`],
  ['image-registry.add', (event) => `Registry add${tailOf(event)}`],
  ['image-registry.change', (event) => `Registry edit${tailOf(event)}`],
  ['image-registry.remove', (event) => `Registry remove${tailOf(event)}`],
  ['container.commit', (event) => `commit container${tailOf(event)}`],
  ['container.export', (event) => `Finished export container${tailOf(event)}`],
  ['container.import', (event) => `Finished import container${tailOf(event)}`],
  ['container.backup', (event) => `Finished backup container${tailOf(event)}`],
  ['container.restore', (event) => `Finished restore container${tailOf(event)}`],
  ['container-application.create', createdApplication],
  ['log.clear', () => 'System logs are cleared'],
])

/** Whether an action has separate words for success, so that the plain act does not imply it. */
export function hasFinishedWords(action: string): boolean {
  return FINISHED.has(action)
}

function imageTask(task: string, event: Event): string {
  return `background task (${task}, ${imageNameOf(event)})`
}

function createdApplication(event: Event): string {
  const kind = event.details?.['kind']
  return `Create a new ${typeof kind === 'string' ? `${kind} ` : ''}application${tailOf(event)}`
}

/**
 * Things that happen by themselves are reported, not performed: no one fails to exit a container.
 */
function reportOf(event: Event): string | undefined {
  const isFailure = isFailureReport(event)
  if (!isFailure && event.outcome !== 'success') return FINDINGS.get(event.action)?.(event)
  switch (event.action) {
    case 'container.exit':
    case 'container.exec.exit':
      return isFailure
        ? `${capitalized(actWords(event.action))} with an error${tailOf(event)}`
        : undefined
    case 'container.health':
      return `${isFailure ? 'Unhealthy' : 'Healthy'} container${tailOf(event)}`
    default:
      return FINDINGS.get(event.action)?.(event)
  }
}

/** Reports with the same words for every outcome. */
const FINDINGS: ReadonlyMap<string, Words> = new Map([
  ['container.oom', (event) => `Out of memory in container${tailOf(event)}`],
  [
    'background-task.error',
    (event) => `Background task error for ${event.target?.type ?? 'task'} ${targetNameOf(event)}`,
  ],
  ['collector.gap', (event) => `Entries of a collected log may be missing${tailOf(event)}`],
  ['source.gap', (event) => `Events of a source may be missing${tailOf(event)}`],
  ['source.dead-letter', (event) => `A delivery of a source could not be read${tailOf(event)}`],
  ['token.leave-out-uses', (event) => `Uses of tokens were not recorded${tailOf(event)}`],
])
