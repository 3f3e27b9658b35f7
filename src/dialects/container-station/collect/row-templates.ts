import type { JsonObject, Outcome, Target } from '../../../core/event/event.ts'
import { actionsOfWords, capitalized } from '../log/act-words.ts'
import { hasFinishedWords } from '../log/message.ts'

/** What a message of Container Station's log says happened. */
export interface RowMeaning {
  readonly action: string
  /** Absent: what the level says. */
  readonly outcome?: Outcome
  readonly target?: Target
  /** What has no field of its own, under the vendor's names. */
  readonly details?: JsonObject
}

/** The meaning of a row whose message has none of the known forms. */
const UNKNOWN: RowMeaning = { action: 'host.log' }

/** Reads a message; the templates were seen in the exports of real stations. */
export function meaningOf(message: string): RowMeaning {
  return templateMeaning(message) ?? phaseMeaning(message) ?? wordsMeaning(message) ?? UNKNOWN
}

function templateMeaning(message: string): RowMeaning | undefined {
  for (const { pattern, read } of TEMPLATES) {
    const match = pattern.exec(message)
    if (match !== null) return read(match.groups ?? {})
  }
  return undefined
}

/** `Failed to create container (…)`: an act that a template knows, with another outcome. */
function phaseMeaning(message: string): RowMeaning | undefined {
  const { phase = '', act } =
    /^(?<phase>Start to|Failed to) (?<act>.+)$/s.exec(message)?.groups ?? {}
  if (act === undefined) return undefined
  const meaning = templateMeaning(capitalized(act)) ?? wordsMeaning(act) ?? UNKNOWN
  return { ...meaning, ...outcomeOf(phase) }
}

/** A message that is made of the words of an action: `Rename container (docker, …)`. */
function wordsMeaning(message: string): RowMeaning | undefined {
  const {
    words = '',
    tail,
    name,
  } = /^(?<words>[^:(]+?)(?: \((?<tail>.+)\)|: (?<name>.+))?$/s.exec(message)?.groups ?? {}
  const [action] = actionsOfWords(words)
  if (action === undefined) return undefined
  // Where success has words of its own, these do not say that the act succeeded.
  const outcome = hasFinishedWords(action) ? ({ outcome: 'unknown' } as const) : {}
  const [object = ''] = action.split('.', 1)
  return { action, ...outcome, ...thingOf(object, { tail, name }) }
}

/** What a message is about: the text in its parentheses, or behind its colon. */
function thingOf(
  object: string,
  { tail, name }: { readonly tail: string | undefined; readonly name: string | undefined },
): Pick<RowMeaning, 'target' | 'details'> {
  if (tail !== undefined && object === 'container') return containerOf(tail)
  const { type = '', image } = /^(?<type>\w+), (?<image>.+)$/s.exec(tail ?? '')?.groups ?? {}
  if (image !== undefined) return imageOf({ type, name: image })
  return name === undefined ? {} : { target: { type: object, name } }
}

type Groups = Readonly<Record<string, string | undefined>>

interface Template {
  readonly pattern: RegExp
  readonly read: (groups: Groups) => RowMeaning
}

const CONTAINER_VERBS: Readonly<Record<string, string>> = {
  Create: 'create',
  Start: 'start',
  Stop: 'stop',
  Restart: 'restart',
  Destroy: 'delete',
  Kill: 'kill',
  Exit: 'exit',
  Pause: 'pause',
  Unpause: 'unpause',
}

const PHASES: Readonly<Record<string, Outcome>> = {
  Start: 'pending',
  'Start to': 'pending',
  'Start to do': 'pending',
  Finished: 'success',
  Failed: 'failure',
  'Failed to': 'failure',
  'Failed to do': 'failure',
}

const VERBS: Readonly<Record<string, string>> = {
  ...{ Create: 'create', Remove: 'delete', add: 'add', edit: 'change', remove: 'remove' },
  ...{ Add: 'add', Update: 'change', Start: 'start', Stop: 'stop', Restart: 'restart' },
  ...{ Kill: 'kill', Destroy: 'delete' },
}

const TEMPLATES: readonly Template[] = [
  {
    pattern: new RegExp(
      `^(?<verb>${Object.keys(CONTAINER_VERBS).join('|')}) container \\((?<tail>.+)\\)$`,
      's',
    ),
    read: ({ verb = '', tail = '' }) => ({
      action: `container.${CONTAINER_VERBS[verb]}`,
      ...containerOf(tail),
    }),
  },
  {
    pattern: /^commit container \(docker, (?<id>[0-9a-f]+), (?<image>.+)\)$/s,
    read: ({ id = '', image = '' }) => ({
      action: 'container.commit',
      target: { type: 'container', id },
      details: { type: 'docker', image },
    }),
  },
  {
    pattern: afterPhase(/background task \((?<task>\w+), (?<name>.+)\)/),
    read: ({ phase = '', task = '', name = '' }) => ({
      action: 'background-task.run',
      ...outcomeOf(phase),
      target: { type: task, name },
    }),
  },
  {
    pattern: /^Background task error for (?<task>\w+) (?<name>[^:]+): /s,
    read: ({ task = '', name = '' }) => ({
      action: 'background-task.error',
      outcome: 'failure',
      target: { type: task, name },
    }),
  },
  {
    pattern: /^(?<verb>Start|Stop|Restart|Kill|Destroy) application: (?<name>.+)$/s,
    read: ({ verb = '', name = '' }) => ({
      action: `container-application.${VERBS[verb]}`,
      target: { type: 'application', name },
    }),
  },
  {
    pattern: /^Create a new (?:(?<kind>\S+) )?application: (?<name>.+)$/s,
    read: ({ kind, name = '' }) => ({
      action: 'container-application.create',
      target: { type: 'application', name },
      ...(kind !== undefined && { details: { kind } }),
    }),
  },
  {
    pattern: /^Image removed \((?<type>\w+), (?<name>.+)\)$/s,
    read: ({ type = '', name = '' }) => imageMeaning('image.delete', 'success', { type, name }),
  },
  {
    pattern: afterPhase(
      /(?:to )?download image from (?<repository>\S+) \((?<type>\w+), (?<name>.+)\)/,
    ),
    read: ({ phase = '', repository = '', type = '', name = '' }) =>
      imageMeaning('image.pull', PHASES[phase] ?? 'unknown', { type, name, repository }),
  },
  {
    pattern: /^Download image from (?<repository>\S+) \((?<type>\w+), (?<name>.+)\)$/s,
    read: ({ repository = '', type = '', name = '' }) =>
      imageMeaning('image.pull', 'unknown', { type, name, repository }),
  },
  {
    pattern: afterPhase(/(?:to )?push image \((?<type>\w+), (?<name>.+)\)/),
    read: ({ phase = '', type = '', name = '' }) =>
      imageMeaning('image.push', PHASES[phase] ?? 'unknown', { type, name }),
  },
  {
    pattern: /^Registry (?<verb>add|edit|remove): (?<name>[^,]+)(?:, (?<url>\S+))?$/s,
    read: ({ verb = '', name = '', url }) => ({
      action: `image-registry.${VERBS[verb]}`,
      target: { type: 'registry', name },
      ...(url !== undefined && { details: { url } }),
    }),
  },
  {
    pattern: /^(?<verb>Create|Remove) (?<object>network|volume): (?<name>.+)$/s,
    read: ({ verb = '', object = '', name = '' }) => ({
      action: `${object}.${VERBS[verb]}`,
      target: { type: object, name },
    }),
  },
  {
    pattern: /^Prune all unused (?<object>network|volume)s(?:: (?<names>.*))?$/s,
    read: ({ object = '', names }) => ({
      action: `${object}.prune`,
      ...(names !== undefined && { details: { names } }),
    }),
  },
  {
    pattern: afterPhase(
      /(?<verb>export|import|backup|restore) container \((?<tail>[^)]+)\)(?<rest>.*)/,
    ),
    read: ({ phase = '', verb = '', tail = '', rest = '' }) => {
      const { target, details } = containerOf(tail)
      const path = /^ (?:to|from) (?<path>.+)$/s.exec(rest)?.groups?.['path']
      return {
        action: `container.${verb}`,
        ...outcomeOf(phase),
        target,
        details: { ...details, ...(path !== undefined && { path }) },
      }
    },
  },
  {
    pattern: /^(?<verb>Add|Update|Remove) backup target (?<name>.+?)(?: \((?<address>[^)]*)\))?$/s,
    read: ({ verb = '', name = '', address }) => ({
      action: `backup-target.${verb === 'Remove' ? 'remove' : VERBS[verb]}`,
      target: { type: 'backup-target', name },
      ...(address !== undefined && { details: { address } }),
    }),
  },
  {
    pattern: /^System logs are cleared$/,
    read: () => ({ action: 'log.clear', target: { type: 'log' } }),
  },
  {
    pattern: /^(?<verb>Start|Stop) Container Station(?:: (?<version>\S+))?$/,
    read: ({ verb = '', version }) => ({
      action: `host.${VERBS[verb]}`,
      ...(version !== undefined && { details: { version } }),
    }),
  },
]

/** A message that begins with how far its task is. */
function afterPhase(rest: RegExp): RegExp {
  const phases = Object.keys(PHASES).toSorted((left, right) => right.length - left.length)
  return new RegExp(`^(?<phase>${phases.join('|')}) ${rest.source}$`, 's')
}

function outcomeOf(phase: string): { readonly outcome?: Outcome } {
  const outcome = PHASES[phase]
  return outcome === undefined ? {} : { outcome }
}

/** `docker, 5b4b96c56fd7, web`, or without an id as the older kinds have none: `lxc, web`. */
function containerOf(tail: string): { readonly target: Target; readonly details: JsonObject } {
  const {
    type = 'docker',
    id,
    name,
  } = /^(?<type>docker|lxc|lxd), (?:(?<id>[0-9a-f]{12,64})(?:, |$))?(?<name>.*)$/s.exec(tail)
    ?.groups ?? { name: tail }
  return {
    target: { type: 'container', ...(id !== undefined && { id }), ...(name && { name }) },
    details: { type },
  }
}

interface StatedImage {
  readonly type: string
  readonly name: string
  readonly repository?: string
}

function imageMeaning(action: string, outcome: Outcome, image: StatedImage): RowMeaning {
  return { action, outcome, ...imageOf(image) }
}

function imageOf({ type, name, repository }: StatedImage): Pick<RowMeaning, 'target' | 'details'> {
  // A port of a registry is followed by a slash, a tag is not.
  const tag = /:(?<tag>[^:/]+)$/.exec(name)?.groups?.['tag']
  return {
    target: { type: 'image', name, ...(tag !== undefined && { tag }) },
    details: { type, ...(repository !== undefined && { repository }) },
  }
}
