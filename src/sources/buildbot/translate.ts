import { createHash } from 'node:crypto'
import { cutText } from '../../core/cut-text.ts'
import type { Actor, JsonObject, JsonValue } from '../../core/event/event.ts'
import type { NewEvent } from '../../core/event/new-event.ts'
import { isJsonObject } from '../../core/json/json.ts'
import { deepJsonText } from '../../core/json/json-excerpt.ts'
import { BATCH_EVENTS_MAX, DETAILS_DEPTH_MAX, MESSAGE_LENGTH_MAX } from '../../core/limits.ts'
import { formatTimestamp, TIME_MICROS_END } from '../../core/time/timestamp.ts'
import { recordableText } from '../../core/values/recordable-text.ts'
import { fittingMembers } from '../bodies/fitting-members.ts'
import { statedText } from '../bodies/json-body.ts'
import { actorOf } from './build-actor.ts'
import { endingOf } from './endings.ts'

/** Hexadecimal digits of the id derived for a builder. */
const PIPELINE_ID_LENGTH = 24

/** Nesting levels left for the build as it was sent, which is a member of the details. */
const ANSWER_DEPTH_MAX = DETAILS_DEPTH_MAX - 1

/** The events of a build, or why it cannot be read. */
export type ReadBuild = { readonly events: readonly NewEvent[] } | { readonly unreadable: string }

/**
 * Translates a build to its events: that it began or ended, and one for each finished step, if the
 * reporter sends steps. `details` holds the build as it was sent, under the names of pipeline logs.
 * Texts are passed to their fields unchanged: an odd one costs a field, not the build.
 */
export function translateBuild(build: JsonObject, sourceName: string): ReadBuild {
  const { buildid, builder, number } = build
  const name = isJsonObject(builder) ? statedText(builder['name']) : undefined
  if (typeof buildid !== 'number' && name === undefined) {
    return { unreadable: 'not a build: it has neither a buildid nor a builder name' }
  }
  const { reported, unreported } = stepsOf(build['steps'])
  if (reported.length >= BATCH_EVENTS_MAX) {
    return { unreadable: `the build has ${BATCH_EVENTS_MAX} steps or more` }
  }
  const { steps: _steps, ...rest } = build
  const run: Run = {
    id: runId(build),
    name,
    pipelineId: idOf(sourceName, name ?? deepJsonText(build['builderid'])),
    number: typeof number === 'number' ? number : undefined,
    actor: actorOf(build['properties']),
  }
  const answer = unreported === undefined ? rest : { ...rest, steps: unreported }
  const stepIds = new Set<string>()
  return {
    events: [...reported.map((step) => stepEvent(step, run, stepIds)), buildEvent(answer, run)],
  }
}

/** What the events of one build have in common. */
interface Run {
  readonly id: string
  readonly name: string | undefined
  readonly pipelineId: string
  readonly number: number | undefined
  readonly actor: Partial<Actor> | null
}

/** The start time is part of the id, because a new master begins to count builds anew. */
function runId(build: JsonObject): string {
  const { buildid, started_at: startedAt } = build
  const isPlain = typeof startedAt === 'number' || startedAt === null || startedAt === undefined
  return typeof buildid === 'number'
    ? `build-${buildid}-${isPlain ? String(startedAt) : shortHash(deepJsonText(startedAt))}`
    : `build-${shortHash(deepJsonText(build))}`
}

function buildEvent(build: JsonObject, run: Run): NewEvent {
  const { word, outcome, level, isFinished } = endingOf(build)
  const nativeAction = isFinished ? 'finished' : 'new'
  const subject = [run.name ?? 'build', ...(run.number === undefined ? [] : [`#${run.number}`])]
  return {
    action: 'pipeline.run',
    nativeAction,
    ...timeOf(build[isFinished ? 'complete_at' : 'started_at']),
    source: { eventId: `${run.id}-${nativeAction}` },
    outcome,
    level,
    actor: run.actor,
    target: {
      type: 'pipeline',
      id: run.pipelineId,
      ...(run.name !== undefined && { name: run.name }),
    },
    message: sentence(subject.join(' '), build['state_string']),
    details: {
      pipeline_id: run.pipelineId,
      status: word,
      run_count: run.number ?? 0,
      api_response: answerOf(build),
    },
  }
}

function stepEvent(step: JsonObject, run: Run, usedIds: Set<string>): NewEvent {
  const { word, outcome, level } = endingOf(step)
  const name = statedText(step['name']) ?? 'step'
  const { number } = step
  const numbered = `${run.id}-step-${number}`
  const isUnique = typeof number === 'number' && !usedIds.has(numbered)
  const eventId = isUnique ? numbered : `${run.id}-step-${shortHash(deepJsonText(step))}`
  usedIds.add(eventId)
  return {
    action: 'pipeline.step.run',
    nativeAction: 'finished',
    ...timeOf(step['complete_at']),
    source: { eventId },
    outcome,
    level,
    actor: run.actor,
    target: { type: 'pipeline-step', id: idOf(run.pipelineId, name), name },
    message: sentence(name, step['state_string']),
    details: {
      pipeline_id: run.pipelineId,
      step_id: idOf(run.pipelineId, name),
      step_index: typeof number === 'number' ? number : 0,
      step_name: name,
      status: word,
      run_count: run.number ?? 0,
      api_response: answerOf(step),
    },
  }
}

interface Steps {
  /** Steps that have ended. Each becomes an event, since a step is reported when its build ends. */
  readonly reported: readonly JsonObject[]
  /** Everything else under `steps`, which stays with the build; undefined when there is nothing. */
  readonly unreported: JsonValue | undefined
}

function stepsOf(steps: JsonValue | undefined): Steps {
  if (!Array.isArray(steps)) return { reported: [], unreported: steps }
  const reported: JsonObject[] = []
  const unreported: JsonValue[] = []
  for (const step of steps as readonly JsonValue[]) {
    if (isJsonObject(step) && step['complete'] === true) reported.push(step)
    else unreported.push(step)
  }
  return { reported, unreported: unreported.length === 0 ? undefined : unreported }
}

/** A build or a step as it was sent, cut to what an event can hold. */
function answerOf(sent: JsonObject): JsonObject {
  return fittingMembers(sent, ANSWER_DEPTH_MAX)
}

/** Seconds since the epoch, or a text for the boundary to judge. */
function timeOf(value: JsonValue | undefined): { readonly time?: string } {
  const stated = statedText(value)
  if (stated !== undefined) return { time: stated }
  // A double holds today's seconds to within half a microsecond.
  const micros = typeof value === 'number' ? Math.round(value * 1_000_000) : -1
  return micros >= 0 && micros < TIME_MICROS_END ? { time: formatTimestamp(micros) } : {}
}

function sentence(subject: string, state: JsonValue | undefined): string {
  const stated = statedText(state)
  const text = stated === undefined ? subject : `${subject}: ${cutText(stated, MESSAGE_LENGTH_MAX)}`
  return recordableText(text, MESSAGE_LENGTH_MAX)
}

/** 24 hexadecimal digits derived from a name. */
function idOf(place: string, name: string): string {
  return shortHash(JSON.stringify([place, name]))
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, PIPELINE_ID_LENGTH)
}
