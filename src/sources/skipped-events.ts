import type { NewEvent } from '../core/event/new-event.ts'
import { isRuleFor, isSkipped, type SkipCount, type SkipRule } from '../core/query/skip-rule.ts'
import { type SourceName, sourceText } from '../core/values/source-name.ts'
import { redactedEvent } from './bodies/redacted-translation.ts'
import type { CalledSource } from './called-source.ts'
import { mappedCalledSource, mappedWatchedSource } from './mapped-source.ts'
import type { Translation, WebhookSource } from './source.ts'
import type { WatchedSource } from './watched-source.ts'

/** Sources whose skipped events are counted separately; further sources share one count. */
const COUNTED_SOURCES_MAX = 1000
const OTHER_SOURCES = 'others'

/** Skips events according to the configured rules, and counts them. */
export class SkippedEvents {
  readonly #rules: readonly SkipRule[]
  readonly #counts = new Map<string, Map<string, number>>()

  constructor(rules: readonly SkipRule[]) {
    this.#rules = rules
  }

  /**
   * Separates the events to record from the skipped ones, and counts the latter at each delivery.
   */
  sorted(events: readonly NewEvent[], source: SourceName): SortedEvents {
    const rules = this.#rules.filter((rule) => isRuleFor(source, rule))
    if (rules.length === 0) return { kept: events, skipped: {} }
    const skipped: Record<string, number> = {}
    const kept = events.filter((event) => {
      // Rules match redacted events, because that is how operators see them in the log.
      const seen = redactedEvent(event)
      const rule = rules.find((one) => isSkipped(seen, one))
      if (rule === undefined) return true
      skipped[rule.name] = (skipped[rule.name] ?? 0) + 1
      return false
    })
    for (const [rule, count] of Object.entries(skipped)) this.#add(rule, source, count)
    return { kept, skipped }
  }

  /** Applies the rules to a translation, and adds the reasons for the metrics. */
  translation(translation: Translation, source: SourceName): Translation {
    const { kept, skipped } = this.sorted(translation.events, source)
    const reasons = Object.entries(skipped).map(([rule, events]) => [`rule ${rule}`, events])
    return {
      ...translation,
      events: kept,
      skipped: { ...translation.skipped, ...Object.fromEntries(reasons) },
    }
  }

  /** How many events each rule has skipped since the start, including rules that skipped none. */
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

/** A webhook source without the events that are skipped. */
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

/** A watched source without the events that are skipped. */
export function watchedSkipping(source: WatchedSource, skips: SkippedEvents): WatchedSource {
  return mappedWatchedSource(source, (translation) => skips.translation(translation, source))
}

/** A called source without the events that are skipped. */
export function calledSkipping(source: CalledSource, skips: SkippedEvents): CalledSource {
  return mappedCalledSource(source, (translation) => skips.translation(translation, source))
}
