import type { CalledSource } from './called-source.ts'
import type { Translation } from './source.ts'
import type { WatchedSource } from './watched-source.ts'

/** What becomes of what a source made of what it was sent. */
type MapTranslation = (translation: Translation) => Translation

/** A source that is connected to, whose translations are mapped before they are stored. */
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

/** A source that is called, whose translations are mapped before they are taken in. */
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
