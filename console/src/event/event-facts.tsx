import type { ReactNode } from 'react'
import type { EventJson } from '../api/event.ts'
import type { FilterName, Term } from '../search/term.ts'
import { VisibleText } from '../shell/visible-text.tsx'
import { fullTime } from '../time/time-text.ts'

/** Longest text of a value that is shown as a whole, in UTF-16 units; JSON has all of it. */
const VALUE_LENGTH_MAX = 2_000

interface Fact {
  readonly name: string
  readonly value: string | undefined
  /** The filter that finds events with the same value. */
  readonly filter?: FilterName
}

/** The fields of an event in groups, each value with the way to find, or leave out, the same. */
export function EventFacts({
  event,
  onAdd,
}: {
  readonly event: EventJson
  readonly onAdd: (term: Term) => void
}) {
  const groups = Object.entries(factsOf(event))
  const details = Object.entries(event.details ?? {})
  return (
    <div className="facts">
      {groups.map(([title, facts]) => (
        <FactGroup key={title} title={title}>
          {facts.map((fact) => (
            <FactRow key={fact.name} fact={fact} onAdd={onAdd} />
          ))}
        </FactGroup>
      ))}
      {details.length > 0 && (
        <FactGroup title={`As ${event.source.kind} reported it`}>
          {event.nativeAction !== undefined && (
            <FactRow fact={{ name: 'native action', value: event.nativeAction }} onAdd={onAdd} />
          )}
          {details.map(([name, value]) => (
            <FactRow key={name} fact={{ name, value: detailText(value) }} onAdd={onAdd} />
          ))}
        </FactGroup>
      )}
    </div>
  )
}

function factsOf(event: EventJson): Readonly<Record<string, readonly Fact[]>> {
  const { actor, target, client, source } = event
  return {
    What: [
      { name: 'action', value: event.action, filter: 'action' },
      { name: 'outcome', value: event.outcome, filter: 'outcome' },
      { name: 'category', value: event.category, filter: 'category' },
      { name: 'level', value: event.level, filter: 'level' },
    ],
    Who: [
      { name: 'name', value: actor?.name, filter: 'actor' },
      { name: 'id', value: actor?.id, filter: 'actor' },
      { name: 'email', value: actor?.email, filter: 'actor' },
      { name: 'kind', value: actor?.kind },
      { name: 'address', value: client?.ip, filter: 'ip' },
      { name: 'user agent', value: client?.userAgent },
    ],
    Target: [
      { name: 'type', value: target?.type },
      { name: 'name', value: target?.name, filter: 'target' },
      { name: 'id', value: target?.id, filter: 'target' },
      { name: 'namespace', value: target?.namespace, filter: 'namespace' },
      { name: 'repository', value: target?.repository, filter: 'repository' },
      { name: 'tag', value: target?.tag, filter: 'target' },
      { name: 'digest', value: target?.digest, filter: 'target' },
    ],
    Record: [
      { name: 'time', value: fullTime(event.time) },
      { name: 'received', value: fullTime(event.received) },
      { name: 'source', value: `${source.kind}/${source.name}`, filter: 'source' },
      { name: "source's id", value: source.eventId },
      { name: 'tenant', value: event.tenant, filter: 'tenant' },
      { name: 'seq', value: `${event.seq}` },
      { name: 'id', value: event.id },
    ],
  }
}

function FactGroup({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="fact-group" aria-label={title}>
      <h3>{title}</h3>
      <dl>{children}</dl>
    </section>
  )
}

function FactRow({
  fact: { name, value, filter },
  onAdd,
}: {
  readonly fact: Fact
  readonly onAdd: (term: Term) => void
}) {
  if (value === undefined || value === '') return null
  const isCut = value.length > VALUE_LENGTH_MAX
  return (
    <div className="fact">
      <dt>
        <VisibleText text={name} />
      </dt>
      <dd>
        <span className="fact-value">
          <VisibleText text={isCut ? value.slice(0, VALUE_LENGTH_MAX) : value} />
          {isCut && <span className="quiet"> … the rest is in JSON</span>}
        </span>
        {filter !== undefined && (
          <span className="fact-filters">
            {[false, true].map((isExcluded) => (
              <button
                key={`${isExcluded}`}
                type="button"
                aria-label={`${isExcluded ? 'Exclude' : 'Only'} ${filter} ${value}`}
                title={isExcluded ? 'Exclude' : 'Only this'}
                onClick={() => onAdd({ name: filter, value, isExcluded })}
              >
                {isExcluded ? '−' : '+'}
              </button>
            ))}
          </span>
        )}
      </dd>
    </div>
  )
}

function detailText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1)
}
