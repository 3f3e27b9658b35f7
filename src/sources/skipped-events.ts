import type { NewEvent } from '../core/event/new-event.ts'
import { isRuleFor, isSkipped, type SkipCount, type SkipRule } from '../core/query/skip-rule.ts'
import { type SourceName, sourceText } from '../core/values/source-name.ts'
import { redactedEvent } from './bodies/redacted-translation.ts'
import type { CalledSource } from './called-source.ts'
import { mappedCalledSource, mappedWatchedSource } from './mapped-source.ts'
import type { Translation, WebhookSource } from './source.ts'
import type { WatchedSource } from './watched-source.ts'

/** Sources whose skipped events are counted apart; those of further ones are counted together. */
const COUNTED_SOURCES_MAX = 1000
const OTHER_SOURCES = 'others'

/** Leaves out what the rules of an installation say, and counts it. */
export class SkippedEvents {
  readonly #rules: readonly SkipRule[]
  readonly #counts = new Map<string, Map<string, number>>()

  constructor(rules: readonly SkipRule[]) {
    this.#rules = rules
  }

  /** The events of a source that are recorded. Counts the others, those that come again again. */
  sorted(events: readonly NewEvent[], source: SourceName): SortedEvents {
    const rules = this.#rules.filter((rule) => isRuleFor(source, rule))
    if (rules.length === 0) return { kept: events, skipped: {} }
    const skipped: Record<string, number> = {}
    const kept = events.filter((event) => {
      // What an operator sees in the log is without secrets; so is what rules are compared with.
      const seen = redactedEvent(event)
      const rule = rules.find((one) => isSkipped(seen, one))
      if (rule === undefined) return true
      skipped[rule.name] = (skipped[rule.name] ?? 0) + 1
      return false
    })
    for (const [rule, count] of Object.entries(skipped)) this.#add(rule, source, count)
    return { kept, skipped }
  }

  /** The same of what a source made of what it was sent, with a reason for the metrics. */
  translation(translation: Translation, source: SourceName): Translation {
    const { kept, skipped } = this.sorted(translation.events, source)
    const reasons = Object.entries(skipped).map(([rule, events]) => [`rule ${rule}`, events])
    return {
      ...translation,
      events: kept,
      skipped: { ...translation.skipped, ...Object.fromEntries(reasons) },
    }
  }

  /** What each rule has left out since the start; a rule that left nothing out is listed too. */
  counts(): readonly SkipCount[] {
    return this.#rules.flatMap(({ name, source }) => {
      const counts = [...(this.#counts.get(name) ?? new Map([[source, 0]]))]
      return counts.map(([of, events]) => ({ rule: name, source: of, events }))
    })
  }

  #add(rule: string, source: SourceName, events: number): void {
    const counts = this.#counts.get(rule) ?? new Map<string, number>()
    this.#counts.set(rule, counts)
    const text = sourceText(source)
    const key = counts.has(text) || counts.size < COUNTED_SOURCES_MAX ? text : OTHER_SOURCES
    counts.set(key, (counts.get(key) ?? 0) + events)
  }
}

/** Events by whether they are recorded. */
interface SortedEvents {
  readonly kept: readonly NewEvent[]
  /** By the name of the rule. */
  readonly skipped: Readonly<Record<string, number>>
}

/** A webhook's source, without the events that are skipped. */
export function webhookSkipping(source: WebhookSource, skips: SkippedEvents): WebhookSource {
  return {
    ...source,
    translate: (delivery) =>
      skips.translation(source.translate(delivery), {
        kind: source.kind,
        name: delivery.sourceName,
      }),
    isRecorded: (event, name) => skips.sorted([event], name).kept.length > 0,
  }
}

/** A source that is connected to, without the events that are skipped. */
export function watchedSkipping(source: WatchedSource, skips: SkippedEvents): WatchedSource {
  return mappedWatchedSource(source, (translation) => skips.translation(translation, source))
}

/** A source that is called, without the events that are skipped. */
export function calledSkipping(source: CalledSource, skips: SkippedEvents): CalledSource {
  return mappedCalledSource(source, (translation) => skips.translation(translation, source))
}
