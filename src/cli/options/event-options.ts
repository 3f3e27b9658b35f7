import type { NewEvent } from '../../core/event/new-event.ts'
import { parseJsonKeepingNumbers } from '../../core/json/json-numbers.ts'
import type { OptionValues } from '../command.ts'
import { CommandError } from '../command-error.ts'
import { absoluteTime } from './filter-options.ts'

/** The options that describe a single event, named for its fields. */
export const EVENT_OPTIONS = {
  action: { type: 'text', placeholder: 'ACTION', description: 'Action, such as image.push' },
  category: {
    type: 'text',
    placeholder: 'CATEGORY',
    description: 'Category; default from the action, if in the catalogue',
  },
  actor: { type: 'text', placeholder: 'NAME', description: 'Name of the actor' },
  'actor-kind': {
    type: 'text',
    placeholder: 'KIND',
    description: 'user, robot, service, system or anonymous; default user',
  },
  namespace: { type: 'text', placeholder: 'NAME', description: 'Namespace of the target' },
  repository: { type: 'text', placeholder: 'NAME', description: 'Repository, without namespace' },
  tag: { type: 'text', placeholder: 'TAG', description: 'Tag of the image' },
  digest: { type: 'text', placeholder: 'DIGEST', description: 'Digest of the image' },
  target: {
    type: 'text',
    placeholder: 'NAME',
    description: 'Name of any other target',
  },
  'target-type': { type: 'text', placeholder: 'TYPE', description: 'Type of the target' },
  outcome: {
    type: 'text',
    placeholder: 'OUTCOME',
    description: 'success, failure, denied, pending or unknown',
  },
  level: {
    type: 'text',
    placeholder: 'LEVEL',
    description: 'info, warn or error; default error for failure and denied, else info',
  },
  ip: { type: 'text', placeholder: 'ADDRESS', description: 'IP address of the client' },
  message: { type: 'text', placeholder: 'TEXT', description: 'Message for people' },
  details: { type: 'text', placeholder: 'JSON', description: 'Further data, as a JSON object' },
  time: { type: 'text', placeholder: 'TIME', description: 'Time; default is the time of receipt' },
  id: {
    type: 'text',
    placeholder: 'UUID',
    description: 'Id by which a repeated event is recognized',
  },
  tenant: {
    type: 'text',
    placeholder: 'NAME',
    description: "Tenant; default is the token's",
  },
} as const

type Values = OptionValues<typeof EVENT_OPTIONS>

/** The names of the given options. */
export function givenEventOptions(values: Values): readonly string[] {
  const given: Readonly<Record<string, unknown>> = values
  return Object.keys(EVENT_OPTIONS).filter((name) => given[name] !== undefined)
}

/** The event that the options describe. The server validates its values. */
export function eventOfOptions(values: Values): NewEvent {
  if (values.action === undefined) {
    throw new CommandError('missing --action, such as image.push', {
      ending: 'usage',
      hint:
        `--${givenEventOptions(values)[0]} describes a single event; ` +
        'it does not apply to events from files',
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
  // Converted through JSON, as it is sent, to drop undefined members; the server validates it.
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
