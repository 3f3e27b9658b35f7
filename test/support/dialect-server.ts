import type { FastifyInstance } from 'fastify'
import type { DirectoryKeeper } from '../../src/access/directory/directory.ts'
import { openDirectory } from '../../src/access/directory/open-directory.ts'
import { openSessions } from '../../src/access/sign-in/sessions.ts'
import { createSignIn } from '../../src/access/sign-in/sign-in.ts'
import { createTokenSignIn } from '../../src/access/sign-in/token-sign-in.ts'
import type { AccessKeyKeeper } from '../../src/access/tokens/access-keys.ts'
import { openAccessKeys } from '../../src/access/tokens/open-access-keys.ts'
import { createSecretBox } from '../../src/access/tokens/secret-box.ts'
import { createCursorCodec } from '../../src/core/query/cursor.ts'
import type { EventReader, EventReaders } from '../../src/core/query/query.ts'
import type { Dialect, DialectContext } from '../../src/dialects/api/dialect.ts'
import { createServer } from '../../src/server/http/server.ts'
import { createMetrics } from '../../src/server/observe/metrics.ts'
import { MapRecordStore, TOKEN_KEY } from '../unit/access/records/map-record-store.ts'
import { BASE_MICROS } from './store-events.ts'
import { StoreModel } from './store-model.ts'

/** One dialect on a server that does not listen yet, over events in an array. */
export interface DialectServer {
  readonly server: FastifyInstance
  readonly model: StoreModel
  readonly directory: DirectoryKeeper
  readonly accessKeys: AccessKeyKeeper
  /** Microseconds since the epoch; the server's clock. */
  nowMicros: number
}

/** @param readersOf makes readers of the array's; absent: each request gets that one. */
export async function startDialect(
  dialect: Dialect,
  readersOf: (reader: EventReader) => EventReaders = (own) => ({ own, of: () => own }),
): Promise<DialectServer> {
  const model = new StoreModel()
  const records = new MapRecordStore()
  const own = { nowMicros: BASE_MICROS }
  const clock = () => own.nowMicros
  const defaultTenant = 'default'
  const directory = await openDirectory({ records, clock, defaultTenant, tokenKey: TOKEN_KEY })
  const secretBox = (purpose: string) => createSecretBox(Buffer.alloc(32, 7), purpose)
  const accessKeys = await openAccessKeys({ records, directory, clock, box: secretBox('keys') })
  const nothing = Object.create(null)
  const context: DialectContext = {
    ...{ records, directory, accessKeys, secretBox, clock, defaultTenant },
    readers: readersOf(readerOf(model)),
    signIn: createSignIn({ directory, clock, defaultTenant, record: async () => undefined }),
    signInWithToken: createTokenSignIn({
      ...{ directory, clock, defaultTenant },
      record: async () => undefined,
    }),
    sessions: await openSessions({ records, directory, clock }),
    cursors: createCursorCodec(Buffer.alloc(32)),
    ...{
      ledger: nothing,
      audit: nothing,
      administration: nothing,
      savedSearches: nothing,
      exports: nothing,
    },
    otherLedger: async () => undefined,
    ...{ checkpoints: undefined, verifier: undefined, statements: undefined },
  }
  const server = createServer({
    ...{ context, dialects: [dialect], sources: [], readiness: nothing },
    ...{ metrics: createMetrics(nothing), version: '0', logLevel: 'silent' },
    addressConnectionsMax: 100,
  })
  return Object.assign(own, { server, model, directory, accessKeys })
}

function readerOf(model: StoreModel): EventReader {
  const unused = () => {
    throw new Error('only pages and counts are asked for')
  }
  return {
    page: async (query) => model.page(query),
    count: async (filter) => model.matching(filter).length,
    ...{
      get: unused,
      tail: unused,
      histogram: unused,
      topValues: unused,
      stream: unused,
      export: unused,
    },
  }
}
