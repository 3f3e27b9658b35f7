import type { ReactNode } from 'react'
import type { EventJson } from '../api/event.ts'
import type { ColumnName } from '../search/column-names.ts'
import type { FilterName, Term } from '../search/term.ts'
import { spelledOut, VisibleText } from '../shell/visible-text.tsx'
import { fullTime, numberText, rowTime } from '../time/time-text.ts'

/** A column: its heading, the text of an event in it, and the filter that finds that text. */
interface Column {
  readonly heading: string
  /** Its width in the grid of a row. */
  readonly width: string
  readonly text: (event: EventJson) => string
  readonly filter?: FilterName
}

/** The columns of the table by name. */
export const COLUMNS: Readonly<Record<ColumnName, Column>> = {
  time: { heading: 'Time', width: '11.5rem', text: ({ time }) => time },
  actor: {
    heading: 'Actor',
    width: 'minmax(7rem, 1fr)',
    text: ({ actor }) => actor?.name ?? actor?.email ?? actor?.id ?? '',
    filter: 'actor',
  },
  action: {
    heading: 'Action',
    width: 'minmax(8rem, 1fr)',
    text: ({ action }) => action,
    filter: 'action',
  },
  target: { heading: 'Target', width: 'minmax(10rem, 2fr)', text: targetText, filter: 'target' },
  outcome: {
    heading: 'Outcome',
    width: '6.5rem',
    text: ({ outcome }) => outcome,
    filter: 'outcome',
  },
  source: {
    heading: 'Source',
    width: 'minmax(7rem, 1fr)',
    text: ({ source }) => `${source.kind}/${source.name}`,
    filter: 'source',
  },
  ip: {
    heading: 'Address',
    width: '9rem',
    text: ({ client }) => client?.ip ?? '',
    filter: 'ip',
  },
  message: { heading: 'Message', width: 'minmax(12rem, 3fr)', text: ({ message = '' }) => message },
  namespace: {
    heading: 'Namespace',
    width: 'minmax(6rem, 1fr)',
    text: ({ target }) => target?.namespace ?? '',
    filter: 'namespace',
  },
  repository: {
    heading: 'Repository',
    width: 'minmax(6rem, 1fr)',
    text: ({ target }) => target?.repository ?? '',
    filter: 'repository',
  },
  category: {
    heading: 'Category',
    width: '7rem',
    text: ({ category }) => category,
    filter: 'category',
  },
  level: { heading: 'Level', width: '5rem', text: ({ level }) => level, filter: 'level' },
  tenant: { heading: 'Tenant', width: '7rem', text: ({ tenant }) => tenant, filter: 'tenant' },
  received: { heading: 'Received', width: '11.5rem', text: ({ received }) => received },
  seq: { heading: 'Seq', width: '6rem', text: ({ seq }) => numberText(seq) },
}

/** What an event is about, as people write it: `library/nginx:1.27`, a name, or a digest. */
export function targetText({ target }: EventJson): string {
  if (target === undefined) return ''
  const { namespace, repository, tag, digest, name, id } = target
  const path = [namespace, repository].filter((part) => part !== undefined).join('/')
  if (path === '') return name ?? (digest && shortDigest(digest)) ?? id ?? tag ?? ''
  if (tag !== undefined) return `${path}:${tag}`
  return digest === undefined ? path : `${path}@${shortDigest(digest)}`
}

/** A digest with as many digits as a search needs. */
function shortDigest(digest: string): string {
  return digest.replace(/^([a-z0-9]+:[0-9a-f]{12})[0-9a-f]+$/, '$1')
}

/** The term that finds the events with the same text in a column. */
export function termOf(name: ColumnName, event: EventJson): Term | undefined {
  const { filter, text } = COLUMNS[name]
  if (filter === undefined) return undefined
  const value = name === 'target' ? targetValue(event) : text(event)
  return value === undefined || value === ''
    ? undefined
    : { name: filter, value, isExcluded: false }
}

function targetValue({ target }: EventJson): string | undefined {
  return target?.digest ?? target?.id ?? target?.name ?? target?.tag
}

/** The content of a cell. */
export function cellContent(name: ColumnName, event: EventJson, nowMs: number): ReactNode {
  const text = COLUMNS[name].text(event)
  if (name === 'time' || name === 'received') {
    return (
      <time dateTime={text} title={fullTime(text)}>
        {rowTime(text, nowMs)}
      </time>
    )
  }
  if (name === 'outcome') return <Outcome outcome={text} />
  if (text === '') return <span className="quiet">–</span>
  return (
    <span title={spelledOut(text)}>
      <VisibleText text={text} />
    </span>
  )
}

/** How an action ended, with a sign for those who do not see its color. */
export function Outcome({ outcome }: { readonly outcome: string }) {
  const signs: Readonly<Record<string, string>> = { success: '✓', failure: '✕', denied: '⊘' }
  return (
    <span className={`outcome outcome-${outcome}`}>
      <span aria-hidden="true">{signs[outcome] ?? '·'} </span>
      {outcome}
    </span>
  )
}
