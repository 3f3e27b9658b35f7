import type { CalledSource } from './called-source.ts'
import type { Translation } from './source.ts'
import type { WatchedSource } from './watched-source.ts'

/** Changes a source's translations. */
type MapTranslation = (translation: Translation) => Translation

/** A watched source whose translations are mapped before they are stored. */
export function mappedWatchedSource(source: WatchedSource, map: MapTranslation): WatchedSource {
  return {
    ...source,
    watch: (watch) =>
      source.watch({
        position: watch.position,
        signal: watch.signal,
        store: (translation) => watch.store(map(translation)),
        moveTo: (position) => watch.moveTo(position),
        gap: (gap) => watch.gap(gap),
      }),
  }
}

/** A called source whose translations are mapped before they are taken. */
export function mappedCalledSource(source: CalledSource, map: MapTranslation): CalledSource {
  return {
    ...source,
    async listen() {
      const listening = await source.listen()
      return {
        begin: (intake) =>
          listening.begin({
            take: (translation) => intake.take(map(translation)),
            record: (translation) => intake.record(map(translation)),
            clock: intake.clock,
            trouble: (error, message) => intake.trouble(error, message),
          }),
        close: () => listening.close(),
      }
    },
  }
}
