import { VendorError } from '../../../collecting/vendor-error.ts'
import type { DayNumber, DayWindow } from '../../entries/calendar-day.ts'
import { type CollectedLog, type PlacedEntry, placedIn } from '../collected-log.ts'
import { KnownNames } from '../known-names.ts'
import type { DayCounts, LogClient, LogQuestion } from '../log-client.ts'
import type { OddItem } from '../odd-item-event.ts'
import { type DayGap, EntryCounts, gapsBetween } from './entry-counts.ts'
import { type Reading, readAsFar, type Walk } from './log-walk.ts'

/** Most narrower readings of one day, so that a Quay which counts wrongly is not read forever. */
const READINGS_MAX = 500
/** Most pages of all of them, so that a Quay whose pages never end is not read forever either. */
const PAGES_MAX = 20_000

/** A day whose entries do not add up, or cannot be read to their end. */
export interface IncompleteDay {
  readonly log: CollectedLog
  readonly day: DayNumber
  /** What was found of it, oldest first. */
  readonly found: readonly PlacedEntry[]
  /** Undefined when the Quay does not count: then every cut is read. */
  readonly expected: DayCounts | undefined
  /** Most entries held at a time. */
  readonly entriesMax: number
  /** Names of other days, to read this one by. */
  readonly known?: KnownNames
}

/** A day after it was read again. */
export interface RereadDay {
  readonly entries: readonly PlacedEntry[]
  readonly odd: readonly OddItem[]
  /** What is still missing, by the Quay's counts. */
  readonly gap: DayGap | undefined
  /** Cuts that could be read, if not all to their ends. */
  readonly answers: number
}

/**
 * Reads a day again in narrower cuts: on its own, by each performer, by each repository. Which
 * entries Quay's pager loses, or never comes to, depends on where its pages end, and that is
 * elsewhere in each cut. No cut answers an entry twice, so of equal entries there are as many as
 * any one cut has.
 */
export async function rereadDay(client: LogClient, incomplete: IncompleteDay): Promise<RereadDay> {
  const { log, day, expected, entriesMax } = incomplete
  const ofDay: DayCounts | undefined =
    expected && new Map([[day, expected.get(day) ?? new Map<string, number>()]])
  const names = incomplete.known ?? new KnownNames()
  const asked = new Set<string>()
  const odd: OddItem[] = []
  let entries = incomplete.found
  let answers = 0
  let pagesLeft = PAGES_MAX
  let named: readonly PlacedEntry[] = []
  const gap = () => ofDay && gapsBetween(ofDay, new EntryCounts().add(entries).days)[0]
  // A cut may name performers and repositories that no cut before it knew.
  for (let cut = nextCut(); cut !== undefined; cut = nextCut()) {
    asked.add(nameOfCut(cut))
    const read = await readCut(client, { question: cut, entriesMax, pagesMax: pagesLeft })
    if (read === undefined) continue
    answers += 1
    pagesLeft -= read.pages
    entries = unite(entries, read.entries, log)
    odd.push(...read.odd)
  }
  return { entries, odd, gap: gap(), answers }

  function nextCut(): LogQuestion | undefined {
    const isComplete = asked.size > 0 && ofDay !== undefined && gap() === undefined
    if (isComplete || asked.size >= READINGS_MAX || pagesLeft <= 0) return undefined
    if (entries !== named) names.add(entries)
    named = entries
    const cuts = cutsOf(log, { from: day, to: day + 1 }, names)
    return cuts.find((cut) => !asked.has(nameOfCut(cut)))
  }
}

function nameOfCut({ log, performer = '' }: LogQuestion): string {
  return JSON.stringify([log, performer])
}

/** The cuts of a day that Quay can answer, by the names that are known. */
function cutsOf(log: CollectedLog, window: DayWindow, names: KnownNames): readonly LogQuestion[] {
  const cuts: LogQuestion[] = [{ log, window, isCut: true }]
  if (log.kind === 'repository') return cuts
  const isEverything = log.kind === 'superuser'
  const namespaces = isEverything ? names.namespaces : [log.namespace]
  const logs = namespaces.map(
    (namespace): CollectedLog => (isEverything ? { kind: 'organization', namespace } : log),
  )
  if (isEverything) cuts.push(...logs.map((one) => ({ log: one, window, isCut: true })))
  for (const [index, namespace] of namespaces.entries()) {
    const one = logs[index] ?? log
    for (const performer of names.performersOf(namespace)) {
      cuts.push({ log: one, window, performer, isCut: true })
    }
  }
  for (const namespace of namespaces) {
    for (const repository of names.repositoriesOf(namespace)) {
      cuts.push({ log: { kind: 'repository', namespace, repository }, window, isCut: true })
    }
  }
  return cuts
}

/**
 * Undefined for a cut that this token may not read, whose repository was deleted, or at which Quay
 * fails, as it does at some performers.
 */
async function readCut(client: LogClient, walk: Walk): Promise<Reading | undefined> {
  try {
    const read = await readAsFar(client, walk)
    const isNothing = read.failure !== undefined && read.entries.length + read.odd.length === 0
    return isNothing ? undefined : read
  } catch (error) {
    if (error instanceof VendorError && error.isRefusal) return undefined
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
