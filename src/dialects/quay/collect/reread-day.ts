import { VendorError } from '../../vendor-error.ts'
import type { DayNumber, DayWindow } from '../calendar-day.ts'
import { type CollectedLog, type PlacedEntry, placedIn } from './collected-log.ts'
import { type DayGap, EntryCounts, gapsBetween } from './entry-counts.ts'
import type { DayCounts, LogClient, LogQuestion } from './log-client.ts'
import { wholeLog } from './log-walk.ts'

/** Most narrower readings of one day, so that a Quay which counts wrongly is not read for ever. */
const READINGS_MAX = 500

/** A day whose entries do not add up. */
export interface IncompleteDay {
  readonly log: CollectedLog
  readonly day: DayNumber
  /** What was found of it, oldest first. */
  readonly found: readonly PlacedEntry[]
  readonly expected: DayCounts
  /** Most entries held at a time. */
  readonly entriesMax: number
}

/** A day after it was read again. */
export interface RereadDay {
  readonly entries: readonly PlacedEntry[]
  /** What is still missing. */
  readonly gap: DayGap | undefined
}

/**
 * Reads a day again in narrower cuts: on its own, by each performer, by each repository. Which
 * entries Quay's pager loses depends on where its pages end, and that is elsewhere in each cut. No
 * cut answers an entry twice, so of equal entries there are as many as any one cut has.
 */
export async function rereadDay(client: LogClient, incomplete: IncompleteDay): Promise<RereadDay> {
  const { day, expected, entriesMax } = incomplete
  const ofDay: DayCounts = new Map([[day, expected.get(day) ?? new Map<string, number>()]])
  let entries = incomplete.found
  let readings = 0
  const asked = new Set<string>()
  const gap = () => gapsBetween(ofDay, new EntryCounts().add(entries).days)[0]
  // A cut may name performers and repositories that no cut before it knew.
  for (let cut = nextCut(); cut !== undefined; cut = nextCut()) {
    asked.add(nameOfCut(cut))
    readings += 1
    const read = await readCut(client, cut, entriesMax)
    entries = unite(entries, read, incomplete.log)
  }
  return { entries, gap: gap() }

  function nextCut(): LogQuestion | undefined {
    if (gap() === undefined || readings >= READINGS_MAX) return undefined
    const cuts = cutsOf(incomplete.log, { from: day, to: day + 1 }, entries)
    return cuts.find((cut) => !asked.has(nameOfCut(cut)))
  }
}

function nameOfCut({ log, performer = '' }: LogQuestion): string {
  return JSON.stringify([log, performer])
}

/** The cuts of a day that Quay can answer, by what is known of the day. */
function cutsOf(
  log: CollectedLog,
  window: DayWindow,
  entries: readonly PlacedEntry[],
): readonly LogQuestion[] {
  const cuts: LogQuestion[] = [{ log, window }]
  if (log.kind === 'repository') return cuts
  const logs = log.kind === 'superuser' ? namespacesOf(entries) : [log]
  if (log.kind === 'superuser') cuts.push(...logs.map((one) => ({ log: one, window })))
  for (const one of logs) {
    const own = entries.filter(({ namespace }) => namespace === namespaceOf(one))
    const performers = new Set(own.map(({ entry }) => entry.performer?.name))
    for (const performer of performers) {
      if (performer !== undefined) cuts.push({ log: one, window, performer })
    }
  }
  cuts.push(...repositoriesOf(entries).map((one) => ({ log: one, window })))
  return cuts
}

function namespaceOf(log: CollectedLog): string | undefined {
  return log.kind === 'superuser' ? undefined : log.namespace
}

function namespacesOf(entries: readonly PlacedEntry[]): readonly CollectedLog[] {
  const names = new Set(entries.map(({ namespace }) => namespace))
  return [...names]
    .filter((name) => name !== undefined)
    .map((namespace) => ({ kind: 'organization', namespace }))
}

function repositoriesOf(entries: readonly PlacedEntry[]): readonly CollectedLog[] {
  const logs = new Map<string, CollectedLog>()
  for (const { entry, namespace } of entries) {
    const repository = entry.metadata['repo']
    if (namespace === undefined || typeof repository !== 'string' || repository === '') continue
    logs.set(`${namespace}/${repository}`, { kind: 'repository', namespace, repository })
  }
  return [...logs.values()]
}

/**
 * A cut that this token may not read, whose repository was deleted, or at which Quay fails (as it
 * does at some performers) tells nothing.
 */
async function readCut(
  client: LogClient,
  question: LogQuestion,
  entriesMax: number,
): Promise<readonly PlacedEntry[]> {
  try {
    return (await wholeLog(client, { question, entriesMax })) ?? []
  } catch (error) {
    const isTold = error instanceof VendorError && error.status !== undefined
    if (isTold && (!error.isPassing || error.status === 500)) return []
    throw error
  }
}

/** The entries of both, oldest first, each as often as the one has it that has it more often. */
function unite(
  found: readonly PlacedEntry[],
  cut: readonly PlacedEntry[],
  log: CollectedLog,
): readonly PlacedEntry[] {
  const left = new Map<string, number>()
  for (const { key } of found) left.set(key, (left.get(key) ?? 0) + 1)
  const more: PlacedEntry[] = []
  for (const entry of cut.map((one) => placedIn(log, one))) {
    const count = left.get(entry.key) ?? 0
    if (count > 0) left.set(entry.key, count - 1)
    else more.push(entry)
  }
  if (more.length === 0) return found
  return [...found, ...more].sort((one, other) => one.entry.second - other.entry.second)
}
