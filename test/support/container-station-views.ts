import { readJson } from './ledger-check.ts'
import type { WaybillProcess } from './waybill-process.ts'

const API = '/container-station/api/v1'

/** Events, rows or messages that are asked for at once. */
const PAGE = 1000

/** How an act looks in each of the views. Members that are not named may be any. */
export interface Look {
  readonly event: { readonly action: string; readonly target: object; readonly details?: object }
  /** In the log and in the CSV. */
  readonly row: { readonly category: string; readonly message: string }
  /** In the feed: where Container Station has no word for an act, what it would say. */
  readonly notice: { readonly category: string; readonly content: object }
}

/** How often an act is in each of the views. */
export interface Found {
  readonly native: number
  readonly log: number
  readonly csv: number
  readonly feed: number
}

interface NativeEvent {
  readonly seq: number
  readonly action: string
  readonly source: { readonly kind: string; readonly name: string }
  readonly target?: object
  readonly message?: string
  readonly details?: { readonly [key: string]: unknown }
}

interface Row {
  readonly id: number
  readonly category: string
  readonly message: string
  readonly user: string
}

/** All that can be read of what happened, natively and as Container Station tells it. */
export interface Views {
  /** Oldest first. */
  readonly events: readonly NativeEvent[]
  readonly log: readonly Row[]
  /** The fields of each line without the header. */
  readonly csv: readonly (readonly string[])[]
  /** The messages of the feed, oldest first. */
  readonly feed: readonly string[]
}

/** Reads all views. What happens meanwhile may be in the later ones alone. */
export async function readViews(waybill: WaybillProcess): Promise<Views> {
  const reader = feedReader()
  return {
    events: await readEvents(waybill),
    log: await readLog(waybill),
    csv: await readCsv(waybill),
    feed: await reader.read(waybill),
  }
}

/** Counts how often an act is in each view. */
export function countOf({ event, row, notice }: Look, views: Views): Found {
  const { category, message } = row
  const isNotice = (text: string) => {
    const [, kind, json = ''] = /^(\w+):\w+:\d+:(.*)$/.exec(text) ?? []
    return kind === notice.category && hasMembers(JSON.parse(json), notice.content)
  }
  return {
    native: views.events.filter((one) => hasMembers(one, event)).length,
    log: views.log.filter((one) => hasMembers(one, { ...row, user: 'system' })).length,
    csv: views.csv.filter(
      (fields) => JSON.stringify(fields.slice(2)) === JSON.stringify([category, 'system', message]),
    ).length,
    feed: views.feed.filter(isNotice).length,
  }
}

/** The events of one engine, oldest first. */
export async function engineEvents(
  waybill: WaybillProcess,
  name: string,
): Promise<readonly NativeEvent[]> {
  return await readEvents(waybill, { source: `engine/${name}` })
}

/** Whether a value has all the members of another, and theirs. */
function hasMembers(value: unknown, members: object): boolean {
  if (typeof value !== 'object' || value === null) return false
  const own = new Map<string, unknown>(Object.entries(value))
  return Object.entries(members).every(([name, member]) =>
    typeof member === 'object' && member !== null
      ? hasMembers(own.get(name), member)
      : own.get(name) === member,
  )
}

/** A client of the feed. It remembers how far it read, as clients of a station do. */
export interface FeedReader {
  /** Every message that it was told, oldest first. */
  readonly told: readonly string[]
  /** Reads on to the end; resolves with `told`. */
  read(waybill: WaybillProcess): Promise<readonly string[]>
}

/** A client that begins with the first message. */
export function feedReader(): FeedReader {
  const told: string[] = []
  let index = 0
  return {
    told,
    async read(waybill) {
      for (;;) {
        const window = await readJson<{ messages: readonly string[]; offset: number }>(
          waybill,
          `${API}/event?index=${index}`,
        )
        told.push(...window.messages.toReversed())
        if (window.offset === index) return told
        index = window.offset
      }
    },
  }
}

async function readEvents(
  waybill: WaybillProcess,
  filter: Readonly<Record<string, string>> = {},
): Promise<readonly NativeEvent[]> {
  const query = new URLSearchParams({ ...filter, order: 'oldest', limit: String(PAGE) })
  const events: NativeEvent[] = []
  for (;;) {
    const page = await readJson<{ events: readonly NativeEvent[]; next?: string }>(
      waybill,
      `/v1/events?${query}`,
    )
    events.push(...page.events)
    if (page.next === undefined) return events
    query.set('cursor', page.next)
  }
}

async function readLog(waybill: WaybillProcess): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (;;) {
    const path = `${API}/log?limit=${PAGE}&offset=${rows.length}`
    const page = await readJson<readonly Row[]>(waybill, path)
    if (page.length === 0) return rows
    rows.push(...page)
  }
}

async function readCsv(waybill: WaybillProcess): Promise<Views['csv']> {
  const answer = await waybill.request(`${API}/log/export`)
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`the CSV: ${answer.status} ${text}`)
  return text.split('\r\n').slice(1, -1).map(fieldsOf)
}

/** The fields of a line in which no field has a line break. */
function fieldsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, bare = '']) => quoted?.replaceAll('""', '"') ?? bare,
  )
}
