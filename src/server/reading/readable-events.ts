import type { EventReader } from '../../core/query/query.ts'

/**
 * A reader that sees every event acknowledged before the call, because it first waits until the
 * store has them.
 *
 * @param whenReadable rejects while the store accepts no events; every query then rejects too.
 */
export function createReadableEvents(
  reader: EventReader,
  whenReadable: () => Promise<void>,
): EventReader {
  return {
    page: async (query) => {
      await whenReadable()
      return reader.page(query)
    },
    get: async (tenants, id) => {
      await whenReadable()
      return reader.get(tenants, id)
    },
    tail: async (query) => {
      await whenReadable()
      return reader.tail(query)
    },
    count: async (filter) => {
      await whenReadable()
      return reader.count(filter)
    },
    histogram: async (query) => {
      await whenReadable()
      return reader.histogram(query)
    },
    topValues: async (query) => {
      await whenReadable()
      return reader.topValues(query)
    },
    stream: (filter, order) => afterwards(whenReadable, () => reader.stream(filter, order)),
    export: (filter, format) => afterwards(whenReadable, () => reader.export(filter, format)),
  }
}

async function* afterwards<Chunk>(
  whenReadable: () => Promise<void>,
  chunks: () => AsyncIterable<Chunk>,
): AsyncIterable<Chunk> {
  await whenReadable()
  yield* chunks()
}
