import { isMembers, type Members } from '../../core/json/json.ts'
import type { Column } from './text-table.ts'

/** An event from the API; a newer server may send members unknown to this program. */
export type ReceivedEvent = Members

/** The columns of the event table. */
export const EVENT_COLUMNS: readonly Column<ReceivedEvent>[] = [
  {
    title: 'TIME',
    cell: (event) => textAt(event, 'time').replace(/\.(\d{3})\d*Z$/, '.$1Z'),
    widthMin: 24,
    color: (paint, _event, text) => paint('dim', text),
  },
  { title: 'ACTION', cell: (event) => textAt(event, 'action'), widthMin: 16 },
  { title: 'ACTOR', cell: actorText, widthMin: 12 },
  {
    title: 'OUTCOME',
    cell: (event) => textAt(event, 'outcome'),
    widthMin: 7,
    color: (paint, event, text) => {
      const outcome = textAt(event, 'outcome')
      if (outcome === 'denied') return paint('yellow', text)
      return outcome === 'failure' ? paint('red', text) : text
    },
  },
  { title: 'CLIENT', cell: (event) => textAt(event, 'client', 'ip') || '-', widthMin: 12 },
  { title: 'TARGET', cell: targetText },
]

/** The events of an answer. */
export function eventsOf(answer: Members): readonly ReceivedEvent[] {
  const events = answer['events']
  return Array.isArray(events) ? events.filter(isMembers) : []
}

function actorText(event: ReceivedEvent): string {
  const actor = event['actor']
  if (!isMembers(actor)) return '-'
  return (
    textAt(actor, 'name') || textAt(actor, 'email') || textAt(actor, 'id') || textAt(actor, 'kind')
  )
}

/** `namespace/repository:tag`, or else another name of the target, or the message. */
function targetText(event: ReceivedEvent): string {
  const target = isMembers(event['target']) ? event['target'] : {}
  const path = [textAt(target, 'namespace'), textAt(target, 'repository')].filter(Boolean).join('/')
  const tag = textAt(target, 'tag')
  const digest = textAt(target, 'digest')
  const place = path === '' ? textAt(target, 'name') || textAt(target, 'id') : path
  if (place === '') return textAt(event, 'message') || '-'
  if (tag !== '') return `${place}:${tag}`
  return digest === '' ? place : `${place}@${digest.slice(0, 'sha256:'.length + 12)}`
}

function textAt(members: Members, ...path: readonly string[]): string {
  let value: unknown = members
  for (const name of path) value = isMembers(value) ? value[name] : undefined
  return typeof value === 'string' ? value : ''
}
