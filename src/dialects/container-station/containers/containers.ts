import {
  type ContainerEngine,
  type ContainerInformation,
  ENGINE_KIND,
} from '../../../core/container-engine.ts'
import { Fault } from '../../../core/errors.ts'
import type { Event } from '../../../core/event/event.ts'
import type { Condition, EventFilter, EventReader } from '../../../core/query/query.ts'
import type { Caller } from '../credentials.ts'
import type { ContainerType } from '../parameters.ts'
import { visibilityOf } from '../selection.ts'
import {
  isIdBeginning,
  isNamed,
  STATE_CONDITIONS,
  type StateReport,
  stateReportOf,
} from './container-state.ts'
import { type ContainerView, viewOfInformation, viewOfReport } from './container-view.ts'

/** Newest events in which containers are searched by more than id and name, or listed. */
const EVENTS_LOOKED_AT_MAX = 10_000
/** Events read at once. */
const PAGE_EVENTS = 1000
/** Newest events with one name or id; some of them concern only networks. */
const NAMED_EVENTS = 50
/** Running containers per engine whose usage is measured for a list; the others show zeros. */
const MEASURED_MAX = 64

/** Whether the usage of a container is measured. */
export type Usage = 'measured' | 'unmeasured'

/** How containers are looked up. */
export interface Look {
  /** Reads the events that report on containers. */
  readonly events: EventReader
  readonly signal: AbortSignal
  /**
   * Docker takes a second or two to measure; without measuring there are zeros. Default: measured.
   */
  readonly usage?: Usage
}

/** The sources of containers, in addition to events. */
export interface ContainerSources {
  readonly engines: readonly ContainerEngine[]
  readonly defaultTenant: string
}

/** Identifies a container for a caller. */
export interface ContainerQuery {
  readonly caller: Caller
  readonly type: ContainerType
  /** Id, beginning of an id, or name. */
  readonly name: string
}

/**
 * The containers of a station: those of the watched engines as they are now, and those of other
 * sources as their latest events show. An engine that does not answer is treated like another
 * source.
 */
export class Containers {
  readonly #sources: ContainerSources

  constructor(sources: ContainerSources) {
    this.#sources = sources
  }

  /** Undefined when there is no such container, or it no longer exists. */
  async find(query: ContainerQuery, look: Look): Promise<ContainerView | undefined> {
    const { events, signal, usage = 'measured' } = look
    const engines = query.type === 'docker' ? this.#enginesOf(query.caller) : []
    const answering: ContainerEngine[] = []
    for (const engine of engines) {
      const found = await findIn(engine, query.name, { signal, usage })
      if (found?.view !== undefined) return found.view
      if (found !== undefined) answering.push(engine)
    }
    const report = await reported(query, { events, answering })
    if (report === undefined || report.state === 'gone') return undefined
    return viewOfReport(report)
  }

  /** Sorted by name. */
  async list(caller: Caller, { events, signal }: Look): Promise<readonly ContainerView[]> {
    const engines = this.#enginesOf(caller)
    const listed = await Promise.all(engines.map((engine) => listOf(engine, signal)))
    const views = new Map(listed.flatMap((found) => found ?? []).map((view) => [view.id, view]))
    const answering = engines.filter((_, index) => listed[index] !== undefined)
    for (const report of await reports(caller, { events, answering })) {
      const view = viewOfReport(report)
      const isKnown = [...views.values()].some((known) => isNamed(known, view.id))
      if (!isKnown) views.set(view.id, view)
    }
    return [...views.values()].sort((left, right) => (left.name < right.name ? -1 : 1))
  }

  /** Only callers who can read the whole tenant see engines. */
  #enginesOf(caller: Caller): readonly ContainerEngine[] {
    const { tenants, conditions } = visibilityOf(caller)
    if (conditions.length > 0) return []
    const { engines, defaultTenant } = this.#sources
    return engines.filter(({ tenant }) => tenants.includes(tenant ?? defaultTenant))
  }
}

/** Events, and the engines whose own answers override them. */
interface Reported {
  readonly events: EventReader
  readonly answering: readonly ContainerEngine[]
}

async function reported(
  { caller, type, name }: ContainerQuery,
  from: Reported,
): Promise<StateReport | undefined> {
  const filter = stateFilter(caller)
  const byName: Condition = {
    anyOf: [[{ field: 'targetId', in: [name] }], [{ field: 'targetName', in: [name] }]],
  }
  const page = await from.events.page({
    filter: { ...filter, conditions: [...filter.conditions, byName] },
    order: 'newest',
    limit: NAMED_EVENTS,
  })
  const named = page.events.flatMap(({ event }) => reportOf(event, from.answering) ?? [])
  const report = named.find((one) => one.type === type)
  // Filters cannot match the beginning of an id.
  if (report !== undefined || !isIdBeginning(name)) return report
  const all = await reports(caller, from)
  return all.find((one) => one.type === type && isNamed(one, name))
}

/** The containers that events report, except those of engines that answered. */
async function reports(
  caller: Caller,
  { events, answering }: Reported,
): Promise<readonly StateReport[]> {
  const latest = new Map<string, StateReport>()
  for await (const { event } of newest(events, stateFilter(caller))) {
    const report = reportOf(event, answering)
    if (report === undefined) continue
    const key = keyOf(report)
    if (!latest.has(key)) latest.set(key, report)
  }
  return [...latest.values()].filter(({ state }) => state !== 'gone')
}

/** Containers of engines that answer are not looked up in events. */
function reportOf(event: Event, answering: readonly ContainerEngine[]): StateReport | undefined {
  const { kind, name } = event.source
  const isAnswered = kind === ENGINE_KIND && answering.some((engine) => engine.name === name)
  return isAnswered ? undefined : stateReportOf(event)
}

/** Leading digits of an id that every source has. */
const KEY_DIGITS = 12

function keyOf({ type, id, name }: StateReport): string {
  return `${type} ${type === 'docker' ? (id?.slice(0, KEY_DIGITS) ?? name) : (name ?? id)}`
}

function stateFilter(caller: Caller): EventFilter {
  const { tenants, conditions } = visibilityOf(caller)
  return { tenants, conditions: [...conditions, ...STATE_CONDITIONS] }
}

async function* newest(events: EventReader, filter: EventFilter) {
  let read = 0
  let after: Parameters<EventReader['page']>[0]['after']
  do {
    const page = await events.page({
      filter,
      order: 'newest',
      limit: PAGE_EVENTS,
      ...(after !== undefined && { after }),
    })
    yield* page.events
    read += page.events.length
    after = page.next
  } while (after !== undefined && read < EVENTS_LOOKED_AT_MAX)
}

/** Undefined when the engine does not answer. */
async function findIn(
  engine: ContainerEngine,
  name: string,
  { signal, usage }: { readonly signal: AbortSignal; readonly usage: Usage },
): Promise<{ readonly view: ContainerView | undefined } | undefined> {
  return answered(async () => {
    const information = await engine.container(name, signal)
    if (information === undefined) return { view: undefined }
    if (usage === 'unmeasured') return { view: viewOfInformation(information, undefined) }
    return { view: await measured(engine, information, signal) }
  })
}

/** Undefined when the engine does not answer. */
async function listOf(
  engine: ContainerEngine,
  signal: AbortSignal,
): Promise<readonly ContainerView[] | undefined> {
  return answered(async () => {
    const containers = await engine.containers(signal)
    const running = containers.filter((container) => container.running).slice(0, MEASURED_MAX)
    return Promise.all(
      containers.map((information) =>
        running.includes(information)
          ? measured(engine, information, signal)
          : viewOfInformation(information, undefined),
      ),
    )
  })
}

async function measured(
  engine: ContainerEngine,
  information: ContainerInformation,
  signal: AbortSignal,
): Promise<ContainerView> {
  const statistics = information.running
    ? await answered(() => engine.statistics(information.id, signal))
    : undefined
  return viewOfInformation(information, statistics)
}

/** The engine's answer; undefined when there is none. */
async function answered<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}
