import { doubling } from '../../core/retry.ts'
import {
  DELIVERIES_RUNNING_MAX,
  DELIVERY_PAUSE_MS_MAX,
  DELIVERY_TRIED_MS,
  EXPORT_REMEMBERED_MS,
  EXPORTS_REMEMBERED_MAX,
  EXPORTS_RUNNING_MAX,
  FILE_KEPT_MS,
  FIRST_PAUSE_MS,
  TENANT_DELIVERIES_RUNNING_MAX,
  TENANT_EXPORTS_RUNNING_MAX,
} from '../limits.ts'
import { type Delivery, type ExportJob, isFinished } from './export-job.ts'

const MS_MICROS = 1000

/** A delivery that is due. */
export interface DueDelivery {
  readonly job: ExportJob
  readonly delivery: Delivery
}

/** What is running: exports by id, and the names of deliveries. */
export interface Going {
  readonly runs: ReadonlyMap<string, ExportJob>
  readonly deliveries: ReadonlySet<string>
}

/** What to start now, and when there is more to do. */
export interface WorkPlan {
  readonly exports: readonly ExportJob[]
  readonly deliveries: readonly DueDelivery[]
  /** When the next of the others becomes due, microseconds since the epoch; infinity for never. */
  readonly nextMicros: number
}

/**
 * Plans what to start now. The due and the later work are decided for one moment, so that nothing
 * becomes due in between and is forgotten.
 */
export function planWork(jobs: readonly ExportJob[], going: Going, nowMicros: number): WorkPlan {
  const exports = exportsToBegin(jobs, going, nowMicros)
  const deliveries = deliveriesToTry(jobs, going, nowMicros)
  const then: Going = {
    runs: new Map([...going.runs, ...exports.map((job) => [job.id, job] as const)]),
    deliveries: new Set([...going.deliveries, ...deliveries.map(deliveryName)]),
  }
  return { exports, deliveries, nextMicros: nextDueMicros(jobs, then, nowMicros) }
}

/**
 * The exports to start now: one per namespace at a time, up to a total limit. Exports of the tenant
 * with the fewest running come first, then those requested first. An export that waits after a
 * failure does not block those behind it.
 */
export function exportsToBegin(
  jobs: readonly ExportJob[],
  { runs }: Pick<Going, 'runs'>,
  nowMicros: number,
): readonly ExportJob[] {
  const due = jobs
    .filter((job) => !isFinished(job) && !runs.has(job.id) && job.nextRunMicros <= nowMicros)
    .sort((left, right) => left.requestedMicros - right.requestedMicros)
  return inTurns(
    { going: [...runs.values()], room: EXPORTS_RUNNING_MAX - runs.size },
    TENANT_EXPORTS_RUNNING_MAX,
    (going) => {
      const busy = new Set(going.map(namespaceOf))
      return due.filter((job) => !busy.has(namespaceOf(job)))
    },
  )
}

/**
 * The deliveries to try now, alternating between tenants; within a tenant the longest waiting
 * first.
 */
export function deliveriesToTry(
  jobs: readonly ExportJob[],
  { deliveries }: Pick<Going, 'deliveries'>,
  nowMicros: number,
): readonly DueDelivery[] {
  const all = jobs
    .filter(isFinished)
    .flatMap((job) => job.deliveries.map((delivery) => ({ tenant: job.tenant, job, delivery })))
  const going = all.filter((one) => deliveries.has(deliveryName(one)))
  const due = all
    .filter(({ delivery }) => delivery.status === 'waiting')
    .filter(({ delivery }) => delivery.nextAttemptMicros <= nowMicros)
    .filter((one) => !deliveries.has(deliveryName(one)))
    .sort((left, right) => left.delivery.nextAttemptMicros - right.delivery.nextAttemptMicros)
  return inTurns(
    { going, room: DELIVERIES_RUNNING_MAX - deliveries.size },
    TENANT_DELIVERIES_RUNNING_MAX,
    (taken) => due.filter((one) => !taken.includes(one)),
  ).map(({ job, delivery }) => ({ job, delivery }))
}

interface OfTenant {
  readonly tenant: string
}

/**
 * Chooses items, alternating between tenants, while there is room.
 *
 * @param freeOf the items that may start in addition to those already running or chosen.
 */
function inTurns<Item extends OfTenant>(
  { going, room }: { readonly going: readonly Item[]; readonly room: number },
  tenantMax: number,
  freeOf: (going: readonly Item[]) => readonly Item[],
): readonly Item[] {
  const chosen: Item[] = []
  while (chosen.length < room) {
    const all = [...going, ...chosen]
    const next = nextOf(freeOf(all), countByTenant(all), tenantMax)
    if (next === undefined) break
    chosen.push(next)
  }
  return chosen
}

function countByTenant(going: readonly OfTenant[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { tenant } of going) counts.set(tenant, (counts.get(tenant) ?? 0) + 1)
  return counts
}

/** The first item of the tenant with the fewest running, if that tenant is below its limit. */
function nextOf<Item extends OfTenant>(
  waiting: readonly Item[],
  counts: ReadonlyMap<string, number>,
  tenantMax: number,
): Item | undefined {
  let next: Item | undefined
  let fewest = tenantMax
  for (const item of waiting) {
    const count = counts.get(item.tenant) ?? 0
    if (count >= fewest) continue
    fewest = count
    next = item
  }
  return next
}

/** Identifies a delivery. */
export function deliveryName({ job, delivery }: DueDelivery): string {
  return `${job.id} ${delivery.channel}`
}

/** When the next item that is not running becomes due; infinity when none does. */
export function nextDueMicros(jobs: readonly ExportJob[], going: Going, nowMicros: number): number {
  const runs = jobs.filter((job) => !isFinished(job) && !going.runs.has(job.id))
  const deliveries = jobs
    .filter(isFinished)
    .flatMap((job) =>
      job.deliveries
        .filter((delivery) => delivery.status === 'waiting')
        .filter((delivery) => !going.deliveries.has(deliveryName({ job, delivery }))),
    )
  // An item that is already due waits for a running one, whose end triggers a new plan.
  const later = [
    ...runs.map(({ nextRunMicros }) => nextRunMicros),
    ...deliveries.map(({ nextAttemptMicros }) => nextAttemptMicros),
  ].filter((micros) => micros > nowMicros)
  return Math.min(...later, Number.POSITIVE_INFINITY)
}

/** A delivery after a failed attempt: either with the time of the next attempt, or given up. */
export function afterFailure(
  delivery: Delivery,
  failure: {
    readonly problem: string
    readonly isFinal: boolean
    readonly finishedMicros: number
    readonly nowMicros: number
  },
): Delivery {
  const { problem, isFinal, finishedMicros, nowMicros } = failure
  const attempts = delivery.attempts + 1
  const pauseMs = doubling(FIRST_PAUSE_MS, DELIVERY_PAUSE_MS_MAX)(attempts)
  const nextAttemptMicros = nowMicros + pauseMs * MS_MICROS
  const isGivenUp = isFinal || nextAttemptMicros > finishedMicros + DELIVERY_TRIED_MS * MS_MICROS
  return {
    ...delivery,
    attempts,
    problem,
    nextAttemptMicros,
    status: isGivenUp ? 'failed' : 'waiting',
  }
}

/** Exports whose file has reached its maximum age. */
export function filesToRemove(jobs: readonly ExportJob[], nowMicros: number): readonly ExportJob[] {
  const oldest = nowMicros - FILE_KEPT_MS * MS_MICROS
  return jobs.filter((job) => job.hasFile && isOver(job) && (job.finishedMicros ?? 0) < oldest)
}

/** Exports to forget: those past their age, and the oldest ones above the limit. */
export function jobsToForget(jobs: readonly ExportJob[], nowMicros: number): readonly ExportJob[] {
  const oldest = nowMicros - EXPORT_REMEMBERED_MS * MS_MICROS
  const over = jobs
    .filter(isOver)
    .sort((left, right) => (left.finishedMicros ?? 0) - (right.finishedMicros ?? 0))
  const tooMany = Math.max(0, jobs.length - EXPORTS_REMEMBERED_MAX)
  return over.filter((job, index) => index < tooMany || (job.finishedMicros ?? 0) < oldest)
}

/** The oldest file whose links have all expired; undefined when there is none. */
export function fileToEvict(
  jobs: readonly ExportJob[],
  linkSeconds: number,
  nowMicros: number,
): ExportJob | undefined {
  const linkMicros = linkSeconds * 1_000_000
  return jobs
    .filter((job) => job.hasFile && isOver(job) && lastLinkMicros(job) + linkMicros < nowMicros)
    .sort((left, right) => (left.finishedMicros ?? 0) - (right.finishedMicros ?? 0))[0]
}

/** The latest time at which a link to a file was sent. */
function lastLinkMicros({ finishedMicros = 0, deliveries }: ExportJob): number {
  const notified = deliveries.map(({ deliveredMicros }) => deliveredMicros ?? finishedMicros)
  return Math.max(finishedMicros, ...notified)
}

/** Whether an export needs no more work. */
function isOver(job: ExportJob): boolean {
  return isFinished(job) && job.deliveries.every(({ status }) => status !== 'waiting')
}

function namespaceOf({ tenant, namespace }: ExportJob): string {
  return JSON.stringify([tenant, namespace])
}
