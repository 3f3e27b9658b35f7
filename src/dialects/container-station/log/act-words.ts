import { ACTIONS } from '../../../core/event/action-catalogue.ts'

/**
 * The words for an action, which begin a sentence or follow "Failed to": `create container`. Every
 * action has words; those that are not in a table are composed from its parts.
 */
export function actWords(action: string): string {
  return WORDS.get(action) ?? composedWords(action)
}

/** The actions of the catalogue with these words, ignoring the case of the first letter. */
export function actionsOfWords(words: string): readonly string[] {
  return ACTIONS_OF_WORDS.get(uncapitalized(words)) ?? []
}

/** A text with its first letter in upper case. */
export function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** A text with its first letter in lower case. */
function uncapitalized(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

/** Container Station's words, and those of actions whose parts would not read well. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['image.pull', 'download image'],
  ['image.pull-derived', 'pull derived image'],
  ['image.delete', 'remove image'],
  ['tag.delete', 'remove image'],
  ['tag.protect-matching', 'protect matching tags'],
  ['image.mount-local', 'mount files of image'],
  ['image.unmount-local', 'unmount files of image'],
  ['image.prune', 'prune all unused images'],
  ['image.operate', 'operate on image'],
  ['image.notify', 'notify clients of image'],
  ['container.init', 'prepare container'],
  ['container.delete', 'destroy container'],
  ['container.cleanup', 'clean up container'],
  ['container.attach', 'attach to container'],
  ['container.detach', 'detach from container'],
  ['container.exec', 'create command in container'],
  ['container.exec.start', 'start command in container'],
  ['container.exec.detach', 'detach from command in container'],
  ['container.exec.exit', 'exit command in container'],
  ['container.health', 'check health of container'],
  ['container.oom', 'run out of memory in container'],
  ['container.copy.in', 'copy files into container'],
  ['container.copy.out', 'copy files out of container'],
  ['container.top', 'list processes of container'],
  ['container.resize', 'resize terminal of container'],
  ['container.prune', 'prune all stopped containers'],
  ['container.operate', 'operate on container'],
  ['container.notify', 'notify clients of container'],
  ['volume.delete', 'remove volume'],
  ['volume.prune', 'prune all unused volumes'],
  ['network.connect', 'connect container to network'],
  ['network.disconnect', 'disconnect container from network'],
  ['network.delete', 'remove network'],
  ['network.prune', 'prune all unused networks'],
  ['organization.take-over', 'take over organization'],
  ['user.convert', 'convert user into organization'],
  ['token.leave-out-uses', 'record uses of tokens'],
  ['pipeline.step.run', 'run step of pipeline'],
  ['export.request', 'request export of logs'],
  ['container-application.delete', 'destroy application'],
  ['backup-target.change', 'update backup target'],
  ['background-task.run', 'do background task'],
  ['background-task.error', 'finish background task'],
  ['log.clear', 'clear system logs'],
  ['host.log', 'write to log of Container Station'],
  ['host.notify', 'notify clients of Container Station'],
  ['host.start', 'start Container Station'],
  ['host.stop', 'stop Container Station'],
  ['collector.gap', 'collect all entries'],
  ['source.gap', 'read all events of source'],
  ['source.dead-letter', 'read delivery of source'],
  ['engine.renumber', 'renumber locks of engine'],
  ['engine.request', 'send request to engine'],
  ['auth.login', 'sign in'],
  ['auth.logout', 'sign out'],
])

/** Words for the objects of actions that differ from the object's name. */
const OBJECTS: ReadonlyMap<string, string> = new Map([
  ['application', 'OAuth application'],
  ['container-application', 'application'],
  ['image-registry', 'registry'],
])

/** The words between what is changed and what it belongs to: "add label to image". */
const PREPOSITIONS: ReadonlyMap<string, string> = new Map([
  ['add', 'to'],
  ['invite', 'to'],
  ['delete', 'from'],
  ['remove', 'from'],
])

/** `team.add-member` becomes "add member to team". */
function composedWords(action: string): string {
  const [object = '', ...rest] = action.split('.')
  const named = OBJECTS.get(object) ?? object.replaceAll('-', ' ')
  const [verb = '', ...more] = rest.flatMap((part) => part.split('-'))
  if (more.length === 0) return [verb, named].filter((part) => part !== '').join(' ')
  return `${verb} ${more.join(' ')} ${PREPOSITIONS.get(verb) ?? 'of'} ${named}`
}

const ACTIONS_OF_WORDS = new Map<string, string[]>()
for (const { action } of ACTIONS) {
  const words = actWords(action)
  ACTIONS_OF_WORDS.set(words, [...(ACTIONS_OF_WORDS.get(words) ?? []), action])
}
