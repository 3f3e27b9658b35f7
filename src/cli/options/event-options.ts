import type { NewEvent } from '../../core/event/new-event.ts'
import { parseJsonKeepingNumbers } from '../../core/json/json-numbers.ts'
import type { OptionValues } from '../command.ts'
import { CommandError } from '../command-error.ts'
import { absoluteTime } from './filter-options.ts'

/** The options that state one event, by the names of its fields. */
export const EVENT_OPTIONS = {
  action: { type: 'text', placeholder: 'ACTION', description: 'What was done: image.push' },
  category: {
    type: 'text',
    placeholder: 'CATEGORY',
    description: 'What it is about; known for the actions of the catalogue',
  },
  actor: { type: 'text', placeholder: 'NAME', description: 'Who did it' },
  'actor-kind': {
    type: 'text',
    placeholder: 'KIND',
    description: 'user, robot, service, system or anonymous; user when left out',
  },
  namespace: { type: 'text', placeholder: 'NAME', description: 'Namespace of the target' },
  repository: { type: 'text', placeholder: 'NAME', description: 'Repository, without namespace' },
  tag: { type: 'text', placeholder: 'TAG', description: 'Tag of the image' },
  digest: { type: 'text', placeholder: 'DIGEST', description: 'Digest of the image' },
  target: {
    type: 'text',
    placeholder: 'NAME',
    description: 'Name of the target, for other things',
  },
  'target-type': { type: 'text', placeholder: 'TYPE', description: 'What the target is' },
  outcome: {
    type: 'text',
    placeholder: 'OUTCOME',
    description: 'success, failure, denied, pending or unknown',
  },
  level: {
    type: 'text',
    placeholder: 'LEVEL',
    description: 'info, warn or error; when left out, error for failure and denied, else info',
  },
  ip: { type: 'text', placeholder: 'ADDRESS', description: 'Address that it came from' },
  message: { type: 'text', placeholder: 'TEXT', description: 'One line for people' },
  details: { type: 'text', placeholder: 'JSON', description: 'Anything else, as a JSON object' },
  time: { type: 'text', placeholder: 'TIME', description: 'When; the time of receipt if left out' },
  id: { type: 'text', placeholder: 'UUID', description: 'Makes it recognisable if sent again' },
  tenant: {
    type: 'text',
    placeholder: 'NAME',
    description: 'Tenant; the one of the token if left out',
  },
} as const

type Values = OptionValues<typeof EVENT_OPTIONS>

/** The options that were given, by name. */
export function givenEventOptions(values: Values): readonly string[] {
  const given: Readonly<Record<string, unknown>> = values
  return Object.keys(EVENT_OPTIONS).filter((name) => given[name] !== undefined)
}

/** The event that the options state, without what they leave out. The server checks its values. */
export function eventOfOptions(values: Values): NewEvent {
  if (values.action === undefined) {
    throw new CommandError('missing --action: what was done, such as image.push', {
      ending: 'usage',
      hint:
        `--${givenEventOptions(values)[0]} states one event; ` +
        'those that are read say it themselves',
    })
  }
  const { namespace, repository, tag, digest } = values
  const target = {
    namespace,
    repository,
    tag,
    digest,
    name: values.target,
    type: values['target-type'],
  }
  const actor = { name: values.actor, kind: values['actor-kind'] }
  const event = {
    action: values.action,
    category: values.category,
    actor: values.actor === undefined ? undefined : actor,
    target,
    client: { ip: values.ip },
    outcome: values.outcome,
    level: values.level,
    message: values.message,
    details: values.details === undefined ? undefined : detailsOf(values.details),
    time: values.time === undefined ? undefined : absoluteTime('time', values.time),
    id: values.id,
    tenant: values.tenant,
  }
  // Through JSON, as it is sent: what is undefined goes, and the server is the one to check.
  return JSON.parse(JSON.stringify(event))
}

function detailsOf(text: string): unknown {
  try {
    return parseJsonKeepingNumbers(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable'
    throw new CommandError(`--details: expected a JSON object: ${reason}`, {
      ending: 'usage',
      cause: error,
    })
  }
}
