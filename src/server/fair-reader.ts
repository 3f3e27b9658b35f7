import { type Asker, currentAsker, goneCheck, NO_TENANT } from '../core/asker.ts'
import { FairTurns, type TurnLimits } from '../core/fair-turns.ts'
import type { EventFilter, EventReader } from '../core/query.ts'
import { Quota } from '../core/quota.ts'
import { DOWNLOADS } from './limits.ts'

/**
 * The reader that requests share. Queries take turns between tenants and between the tokens of one
 * tenant; downloads have a quota, and each keeps its place from its first byte to its last. What
 * Waybill reads by itself takes turns under its tenant, and counts as no download: the number of
 * exports that run in the background has a limit of its own.
 */
export function createFairReader(reader: EventReader, limits: TurnLimits): EventReader {
  const turns = new FairTurns(limits)
  const downloads = new Quota(DOWNLOADS)
  const inTurn = <Answer>(tenants: EventFilter['tenants'], ask: () => Promise<Answer>) =>
    turns.run(currentAsker() ?? ownAsker(tenants), goneCheck(), ask)

  /** The asker is that of the call, whatever the request is in which the chunks are read. */
  const download = <Chunk>(chunks: () => AsyncIterable<Chunk>): AsyncIterable<Chunk> => {
    const asker = currentAsker()
    return asker === undefined ? chunks() : whileOpen(() => downloads.enter(asker), chunks)
  }
  return {
    page: (query) => inTurn(query.filter.tenants, () => reader.page(query)),
    get: (tenants, id) => inTurn(tenants, () => reader.get(tenants, id)),
    tail: (query) => inTurn(query.filter.tenants, () => reader.tail(query)),
    count: (filter) => inTurn(filter.tenants, () => reader.count(filter)),
    histogram: (query) => inTurn(query.filter.tenants, () => reader.histogram(query)),
    stream: (filter, order) => download(() => reader.stream(filter, order)),
    export: (filter, format) => download(() => reader.export(filter, format)),
  }
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
