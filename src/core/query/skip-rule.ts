import type { JsonValue } from '../event/event.ts'
import type { NewEvent } from '../event/new-event.ts'
import { type SourceName, sourceText } from '../values/source-name.ts'

/** Fields of an event that a rule can have, in the order of the documents. */
export const SKIP_FIELDS = [
  ...['action', 'nativeAction', 'outcome', 'actor', 'namespace', 'repository', 'target', 'tag'],
  ...['ip', 'userAgent', 'command', 'execType'],
] as const
export type SkipField = (typeof SKIP_FIELDS)[number]

/**
 * Selects events of a source that are not recorded: those in which every field of the rule has one
 * of its values. A value that ends in `*` is a prefix.
 */
export type SkipRule = { readonly [Field in SkipField]?: readonly string[] | undefined } & {
  readonly name: string
  /** `KIND/NAME`, or its beginning and `*`. */
  readonly source: string
}

/** How many events a rule has skipped since the start. */
export interface SkipCount {
  readonly rule: string
  /**
   * The configured source until the rule has skipped an event; then each source of skipped events.
   */
  readonly source: string
  readonly events: number
}

/** No rule hides gaps and dead letters. */
const NEVER_SKIPPED: readonly string[] = ['source.gap', 'source.dead-letter', 'collector.gap']

/** Whether a rule applies to the events of a source. */
export function isRuleFor(source: SourceName, rule: SkipRule): boolean {
  return fits(sourceText(source), rule.source)
}

/** Whether a rule for its source skips an event. */
export function isSkipped(event: NewEvent, rule: SkipRule): boolean {
  const named = SKIP_FIELDS.filter((field) => rule[field] !== undefined)
  if (NEVER_SKIPPED.includes(event.action) || named.length === 0) return false
  return named.every((field) => {
    const text = fieldText(event, field)
    return text !== undefined && rule[field]?.some((value) => fits(text, value)) === true
  })
}

function fits(text: string, value: string): boolean {
  return value.endsWith('*') ? text.startsWith(value.slice(0, -1)) : text === value
}

/** A source passes values as they were sent, so a field may hold a value of any type. */
function fieldText(event: NewEvent, field: SkipField): string | undefined {
  switch (field) {
    case 'action':
    case 'nativeAction':
      return textOf(event[field])
    case 'outcome':
      return textOf(event.outcome ?? 'unknown')
    case 'actor':
      return textOf(event.actor?.name)
    case 'target':
      return textOf(event.target?.name)
    case 'namespace':
    case 'repository':
    case 'tag':
      return textOf(event.target?.[field])
    case 'ip':
    case 'userAgent':
      return textOf(event.client?.[field])
    case 'command':
      return commandOf(event.details?.['command'])
    case 'execType':
      return textOf(event.details?.['execType'])
  }
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Docker's events have a command as a string, its requests as a list of words. */
function commandOf(value: JsonValue | undefined): string | undefined {
  return Array.isArray(value) ? value.map(String).join(' ') : textOf(value)
}
