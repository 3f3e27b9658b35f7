import { DOCKER_AUTHZ_KIND, ENGINE_KIND } from '../../core/container-engine.ts'
import type { Event, Outcome } from '../../core/event/event.ts'
import { isImpliedByPush, NOT_IMPLIED_BY_PUSH } from '../../core/query/implied-by-push.ts'
import type { Condition, EventFilter } from '../../core/query/query.ts'
import { TIME_MICROS_END, TIME_MICROS_MIN } from '../../core/time/timestamp.ts'
import { OWN_SOURCE_KIND } from '../../core/values/source-name.ts'
import {
  actionsWithKind,
  kindOfAction,
  LOGGED_BY_TAG,
  QUAY_KINDS,
  type QuayKind,
  quayKind,
} from './entries/kinds.ts'
import type { TimeRange } from './log/time-range.ts'

/** The scope of a log: a whole registry, or a part of it. */
export interface LogSelection {
  readonly tenant: string
  /** Absent for the whole tenant, including events without a namespace. */
  readonly namespace?: string
  /** Absent for the whole namespace. */
  readonly repository?: string
  /** Whether kinds about Quay's own services are left out, as in the log of the current user. */
  readonly hidesServiceKeys: boolean
}

/** The namespace or repository of a log. */
export interface LogSubject extends LogSelection {
  readonly namespace: string
}

/** The fields of an event that determine its kind. */
export interface KindFields {
  readonly action: string
  readonly nativeAction?: string | undefined
  readonly outcome: string
}

const DONE: readonly Outcome[] = ['success', 'unknown']
const FAILED: readonly Outcome[] = ['failure', 'denied']

const SERVICE_KEY_KINDS = QUAY_KINDS.filter(({ kind }) => kind.startsWith('service_key_'))

/**
 * Kinds that Quay keeps out of the log of a repository, as they are written after the repository is
 * gone. The log of a new repository of the same name would otherwise begin with the deletion of the
 * old one.
 */
const NOT_OF_A_REPOSITORY = QUAY_KINDS.filter(({ kind }) => kind === 'delete_repo')

/** The events of a subject in a time range, of any kind or none. */
export function subjectFilter(
  subject: LogSelection,
  range: TimeRange,
  more: readonly Condition[] = [],
): EventFilter {
  return {
    ...everythingOf(subject, more),
    fromMicros: possibleTime(range.startMicros),
    toMicros: possibleTime(Math.max(range.endMicros, range.startMicros)),
  }
}

/** A part of a registry, with events of all kinds. */
interface Selected {
  readonly tenant: string
  readonly namespace?: string | undefined
  readonly repository?: string | undefined
}

/** The events of a subject at any time, of any kind or none. */
export function everythingOf(subject: Selected, more: readonly Condition[] = []): EventFilter {
  const { tenant, namespace, repository } = subject
  return {
    tenants: [tenant],
    conditions: [
      ...(namespace === undefined ? [] : [{ field: 'namespace', in: [namespace] } as const]),
      ...(repository === undefined ? [] : [{ field: 'repository', in: [repository] } as const]),
      ...more,
    ],
  }
}

/**
 * The kind of the entry for an event; undefined for one that Quay has no entry for. `HAS_KIND` is
 * the same as a condition.
 */
export function entryKindOf(event: Event): QuayKind | undefined {
  const kind = kindOf(event)
  const isQuays = quayKind(event.nativeAction ?? '') !== undefined
  return isQuays || (isOfRegistry(event) && hasLoggedReference(event)) ? kind : undefined
}

/**
 * The kind for an event with these fields: that of its native action if it is one of Quay's, else
 * that of its action and outcome. Undefined if Quay has no kind for it, while it is pending, and
 * for a failure of which Quay only has the successful kind.
 */
export function kindOf(event: KindFields): QuayKind | undefined {
  const native = quayKind(event.nativeAction ?? '')
  if (native !== undefined) return native
  // Quay logs the move of a tag or a new repository only when it was done in its pages or API.
  if (isImpliedByPush(event)) return undefined
  if (hasOutcome(event, DONE)) return kindOfAction(event.action, false)
  return hasOutcome(event, FAILED) ? kindOfAction(event.action, true) : undefined
}

/** Whether a kind is shown in the log of a subject. */
export function isShown(kind: QuayKind, subject: LogSelection): boolean {
  return !hiddenKindsOf(subject).includes(kind)
}

/** Holds for events with a result of `entryKindOf` that `isShown` in the subject's log. */
export function kindConditions(subject: LogSelection): readonly Condition[] {
  return [HAS_KIND, ...hidingConditions(subject)]
}

/** Holds for events that are not of a kind that is left out of the subject's log. */
export function hidingConditions(subject: LogSelection): readonly Condition[] {
  const hidden = hiddenKindsOf(subject)
  if (hidden.length === 0) return []
  return [
    { field: 'nativeAction', notIn: hidden.map(({ kind }) => kind) },
    {
      anyOf: [
        [{ field: 'action', notIn: hidden.map(({ action }) => action) }],
        // An event whose native action is another kind keeps that kind, whatever its action.
        [{ field: 'nativeAction', in: QUAY_KINDS.map(({ kind }) => kind) }],
      ],
    },
  ]
}

/** Holds for events of these kinds, and for some that their native action gives another kind. */
export function ofKinds(names: readonly string[]): Condition {
  const actions = QUAY_KINDS.filter(({ kind }) => names.includes(kind)).map(({ action }) => action)
  return { anyOf: [[{ field: 'nativeAction', in: names }], [{ field: 'action', in: actions }]] }
}

function hiddenKindsOf({ hidesServiceKeys, repository }: LogSelection): readonly QuayKind[] {
  if (hidesServiceKeys) return SERVICE_KEY_KINDS
  return repository === undefined ? [] : NOT_OF_A_REPOSITORY
}

/** Sources that report what an engine did, or what was requested of it. */
const ENGINE_SOURCES: readonly string[] = [ENGINE_KIND, DOCKER_AUTHZ_KIND]

/**
 * Acts of a container engine on images are not entries of a registry's log: a pull that the
 * registry reported itself would be counted twice.
 */
const OF_REGISTRY: Condition = { field: 'sourceKind', notIn: ENGINE_SOURCES }

/** Holds for what happened to repositories, except Waybill's events about itself. */
export const OF_REPOSITORIES: Condition = {
  field: 'sourceKind',
  notIn: [...ENGINE_SOURCES, OWN_SOURCE_KIND],
}

function isOfRegistry({ source }: Event): boolean {
  return !ENGINE_SOURCES.includes(source.kind)
}

/** Holds for acts by a reference that Quay logs. */
const LOGGED_REFERENCE: Condition = {
  anyOf: [[{ field: 'action', notIn: LOGGED_BY_TAG }], [{ field: 'tag', notIn: [''] }]],
}

/** Failures are logged with any reference. */
function hasLoggedReference({ action, outcome, target }: Event): boolean {
  const isByTag = target?.tag !== undefined || !LOGGED_BY_TAG.includes(action)
  return isByTag || FAILED.includes(outcome)
}

/** Holds for events with a result of `entryKindOf`. */
export const HAS_KIND: Condition = {
  anyOf: [
    [{ field: 'nativeAction', in: QUAY_KINDS.map(({ kind }) => kind) }],
    [
      { field: 'action', in: actionsWithKind(false) },
      { field: 'outcome', in: DONE },
      OF_REGISTRY,
      LOGGED_REFERENCE,
      NOT_IMPLIED_BY_PUSH,
    ],
    [{ field: 'action', in: actionsWithKind(true) }, { field: 'outcome', in: FAILED }, OF_REGISTRY],
  ],
}

/** The nearest time that an event can have. */
function possibleTime(micros: number): number {
  return Math.min(Math.max(micros, TIME_MICROS_MIN), TIME_MICROS_END)
}

function hasOutcome(event: KindFields, outcomes: readonly string[]): boolean {
  return outcomes.includes(event.outcome)
}
