import { createHash } from 'node:crypto'
import type { Actor, JsonObject, JsonValue, Level, Outcome } from '../../core/event.ts'
import { MESSAGE_LENGTH_MAX, NAME_LENGTH_MAX } from '../../core/limits.ts'
import type { NewEvent } from '../../core/new-event.ts'
import { formatTimestamp, TIME_MICROS_END } from '../../core/timestamp.ts'

/** Digits of the id that stands for a builder. */
const PIPELINE_ID_LENGTH = 24

/** What a build says happened, or why it cannot be read. */
export type ReadBuild = { readonly events: readonly NewEvent[] } | { readonly unreadable: string }

/** How a build or a step ended, by Buildbot's `results`; its own words. */
const RESULTS: readonly (readonly [string, Outcome, Level])[] = [
  ['success', 'success', 'info'],
  ['warnings', 'success', 'warn'],
  ['failure', 'failure', 'error'],
  ['skipped', 'unknown', 'info'],
  ['exception', 'failure', 'error'],
  ['retry', 'failure', 'warn'],
  ['cancelled', 'failure', 'warn'],
]

/**
 * The events of a build: that it began or ended, and of each of its steps that ended, if the
 * reporter sends them. What was sent is in `details`, under the names of Opsera's pipeline log.
 */
export function translateBuild(build: JsonObject, sourceName: string): ReadBuild {
  const { buildid, number, complete, builder } = build
  const name = isJsonObject(builder) ? nameOf(builder['name']) : undefined
  if (typeof buildid !== 'number' || typeof complete !== 'boolean') {
    return {
      unreadable: 'it is no build: it has no buildid, or does not say whether it is complete',
    }
  }
  if (name === undefined) return { unreadable: 'the build does not name its builder' }
  const { steps, ...answer } = build
  const run: Run = {
    // Ids begin anew when a master is set up anew.
    id: `build-${buildid}-${String(build['started_at'])}`,
    name,
    pipelineId: idOf(sourceName, name),
    number: typeof number === 'number' ? number : 0,
    actor: actorOf(build['properties']),
  }
  return {
    events: [...stepsOf(steps).map((step) => stepEvent(step, run)), buildEvent(answer, run)],
  }
}

/** Whether a JSON value is an object: neither null nor a list. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a build and its steps have in common. */
interface Run {
  readonly id: string
  readonly name: string
  readonly pipelineId: string
  readonly number: number
  readonly actor: Partial<Actor> | null
}

function buildEvent(build: JsonObject, run: Run): NewEvent {
  const isComplete = build['complete'] === true
  const { word, outcome, level } = endingOf(build)
  return {
    action: 'pipeline.run',
    nativeAction: isComplete ? 'finished' : 'new',
    ...timeOf(build[isComplete ? 'complete_at' : 'started_at']),
    source: { eventId: `${run.id}-${isComplete ? 'finished' : 'new'}` },
    outcome,
    level,
    actor: run.actor,
    target: { type: 'pipeline', id: run.pipelineId, name: run.name },
    message: sentence(`${run.name} #${run.number}`, build['state_string']),
    details: {
      pipeline_id: run.pipelineId,
      status: word,
      run_count: run.number,
      api_response: build,
    },
  }
}

function stepEvent(step: JsonObject, run: Run): NewEvent {
  const { word, outcome, level } = endingOf(step)
  const name = nameOf(step['name']) ?? 'step'
  const index = typeof step['number'] === 'number' ? step['number'] : 0
  return {
    action: 'pipeline.step.run',
    nativeAction: 'finished',
    ...timeOf(step['complete_at']),
    source: { eventId: `${run.id}-step-${index}` },
    outcome,
    level,
    actor: run.actor,
    target: { type: 'pipeline-step', id: idOf(run.pipelineId, name), name },
    message: sentence(name, step['state_string']),
    details: {
      pipeline_id: run.pipelineId,
      step_id: idOf(run.pipelineId, name),
      step_index: index,
      step_name: name,
      status: word,
      run_count: run.number,
      api_response: step,
    },
  }
}

/** Those that ended: a step is told when its build ends. */
function stepsOf(steps: JsonValue | undefined): readonly JsonObject[] {
  const list = Array.isArray(steps) ? steps.filter(isJsonObject) : []
  return list.filter((step) => step['complete'] === true)
}

function endingOf({ complete, results }: JsonObject): {
  readonly word: string
  readonly outcome: Outcome
  readonly level: Level
} {
  if (complete !== true) return { word: 'running', outcome: 'pending', level: 'info' }
  const [word, outcome, level] = RESULTS[typeof results === 'number' ? results : -1] ?? [
    'unknown',
    'unknown',
    'info',
  ]
  return { word, outcome, level }
}

/**
 * Who asked for the build, else the first of those whose changes it builds, else the scheduler that
 * started it.
 */
function actorOf(properties: JsonValue | undefined): Partial<Actor> | null {
  if (!isJsonObject(properties)) return null
  // A property is a pair: its value, and where it comes from.
  const propertyOf = (key: string): JsonValue | undefined => {
    const pair = properties[key]
    return Array.isArray(pair) ? pair[0] : undefined
  }
  const owners = propertyOf('owners')
  const owner =
    nameOf(propertyOf('owner')) ?? (Array.isArray(owners) ? nameOf(owners[0]) : undefined)
  if (owner !== undefined) return userOf(owner)
  const scheduler = nameOf(propertyOf('scheduler'))
  return scheduler === undefined ? null : { name: scheduler, kind: 'service' }
}

/** `Alice <alice@example.com>`, as version control writes authors, or any other name. */
function userOf(owner: string): Partial<Actor> {
  const { name = '', email } =
    /^(?<name>[^<>]*)<(?<email>[^<>@\s]+@[^<>@\s]+)>$/.exec(owner)?.groups ?? {}
  if (email === undefined) return { name: owner, kind: 'user' }
  return { name: name.trim() || email, email, kind: 'user' }
}

/** Seconds since the epoch. */
function timeOf(value: JsonValue | undefined): { readonly time?: string } {
  const micros = typeof value === 'number' ? Math.floor(value * 1_000_000) : -1
  return micros >= 0 && micros < TIME_MICROS_END ? { time: formatTimestamp(micros) } : {}
}

function sentence(subject: string, state: JsonValue | undefined): string {
  const text = typeof state === 'string' && state !== '' ? `${subject}: ${state}` : subject
  return text.slice(0, MESSAGE_LENGTH_MAX).toWellFormed()
}

function nameOf(value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  return value.slice(0, NAME_LENGTH_MAX).toWellFormed()
}

/** 24 hexadecimal digits that stand for a thing of this name. */
function idOf(place: string, name: string): string {
  const text = JSON.stringify([place, name])
  return createHash('sha256').update(text).digest('hex').slice(0, PIPELINE_ID_LENGTH)
}
