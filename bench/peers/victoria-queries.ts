import type { LogQuestion } from './quay-database.ts'

const NATIVE_PATH = '/v1/events'
/** Where a page's filter is found in the events as they were sent. */
const FIELDS: Readonly<Record<string, string>> = {
  namespace: 'target.namespace',
  repository: 'target.repository',
  actor: 'actor.name',
  action: 'action',
  ip: 'client.ip',
}
/** What a page asks for besides its filter. */
const PAGE_PARAMETERS = ['limit', 'to']
/** The one field that makes a stream. */
const STREAM_FIELD = 'target.namespace'

/** How many events there are. */
export const COUNT_PATH = queryPath('* | stats count() as count', {})

/**
 * The question of a page of `GET /v1/events` in LogsQL: the newest events that match, before the
 * same time. Undefined for pages of vendors, and for what is not in the events as they were sent.
 */
export function victoriaPage(path: string): string | undefined {
  const { pathname, searchParams } = new URL(path, 'http://127.0.0.1')
  if (pathname !== NATIVE_PATH) return undefined
  const conditions: string[] = []
  for (const [name, value] of searchParams) {
    if (PAGE_PARAMETERS.includes(name)) continue
    const field = FIELDS[name]
    if (field === undefined) return undefined
    conditions.push(equals(field, value))
  }
  const end = searchParams.get('to')
  return queryPath(conditions.join(' ') || '*', {
    limit: searchParams.get('limit') ?? '',
    ...(end === null ? {} : { end }),
  })
}

/** Counts by action and day. */
export function victoriaAggregate({ namespace, startMicros, endMicros }: LogQuestion): string {
  const counts = 'stats by (_time:1d, action) count() as count'
  return queryPath(`${equals(STREAM_FIELD, namespace)} | ${counts}`, {
    start: new Date(startMicros / 1000).toISOString(),
    // `end` is the last moment of the range.
    end: new Date(endMicros / 1000 - 1).toISOString(),
  })
}

/** The newest events with a word in a field, or in any field. */
export function victoriaWord(word: string, field: 'any' | 'details.build', limit: number): string {
  return queryPath(`${field === 'any' ? '*' : field}:${quoted(word)}`, { limit: String(limit) })
}

function equals(field: string, value: string): string {
  if (field === STREAM_FIELD) return `{${field}=${quoted(value)}}`
  return `${field}:=${quoted(value)}`
}

function quoted(value: string): string {
  return JSON.stringify(value)
}

function queryPath(query: string, parameters: Readonly<Record<string, string>>): string {
  return `/select/logsql/query?${new URLSearchParams({ query, ...parameters })}`
}
