import type { Collector } from '../../dialects/collecting/collector.ts'
import type { SkippedEvents } from '../../sources/skipped-events.ts'

/** A collector whose skipped events are counted but not stored; it continues after them. */
export function collectorSkipping(collector: Collector, skips: SkippedEvents): Collector {
  const { kind, name, everyMs } = collector
  return {
    ...{ kind, name, everyMs },
    collect: (run) =>
      collector.collect({
        ...run,
        sink: {
          position: () => run.sink.position(),
          savePosition: (position) => run.sink.savePosition(position),
          async append(events) {
            const { kept } = skips.sorted(events, collector)
            return kept.length === 0 ? { accepted: 0, duplicates: 0 } : run.sink.append(kept)
          },
        },
      }),
  }
}
