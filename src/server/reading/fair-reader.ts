import type { EventFilter, EventReader, EventReaders } from '../../core/query/query.ts'
import { type Asker, NO_TENANT } from '../../core/turns/asker.ts'
import { FairTurns, type TurnLimits } from '../../core/turns/fair-turns.ts'
import { Quota } from '../../core/turns/quota.ts'
import { DOWNLOADS } from '../http/limits.ts'

/**
 * The readers for requests and for Waybill itself. Queries alternate between tenants, and between
 * the tokens of one tenant. Downloads have a quota, and each keeps its place from its first byte to
 * its last. Waybill's own reads take turns under the tenant that they are for, and do not count as
 * downloads: background exports have a limit of their own.
 */
export function createFairReaders(reader: EventReader, limits: TurnLimits): EventReaders {
  const turns = new FairTurns(limits)
  const downloads = new Quota(DOWNLOADS)
  const readerWith = ({ inTurn, download }: Shares): EventReader => ({
    page: (query) => inTurn(query.filter.tenants, () => reader.page(query)),
    get: (tenants, id) => inTurn(tenants, () => reader.get(tenants, id)),
    tail: (query) => inTurn(query.filter.tenants, () => reader.tail(query)),
    count: (filter) => inTurn(filter.tenants, () => reader.count(filter)),
    histogram: (query) => inTurn(query.filter.tenants, () => reader.histogram(query)),
    topValues: (query) => inTurn(query.filter.tenants, () => reader.topValues(query)),
    stream: (filter, order) => download(() => reader.stream(filter, order)),
    export: (filter, format) => download(() => reader.export(filter, format)),
  })
  return {
    own: readerWith({
      inTurn: (tenants, ask) => turns.run(ownAsker(tenants), () => false, ask),
      download: (chunks) => chunks(),
    }),
    of: (asker, isGone) =>
      readerWith({
        inTurn: (_tenants, ask) => turns.run(asker, isGone, ask),
        download: (chunks) => whileOpen(() => downloads.enter(asker), chunks),
      }),
  }
}

/** How one caller takes its share. */
interface Shares {
  readonly inTurn: <Answer>(
    tenants: EventFilter['tenants'],
    ask: () => Promise<Answer>,
  ) => Promise<Answer>
  readonly download: <Chunk>(chunks: () => AsyncIterable<Chunk>) => AsyncIterable<Chunk>
}

function ownAsker(tenants: EventFilter['tenants']): Asker {
  return { tenant: tenants === 'all' ? NO_TENANT : tenants.join('\0'), caller: '' }
}

async function* whileOpen<Chunk>(
  open: () => () => void,
  chunks: () => AsyncIterable<Chunk>,
): AsyncIterable<Chunk> {
  const close = open()
  try {
    yield* chunks()
  } finally {
    close()
  }
}
