import fastify, { type FastifyInstance } from 'fastify'
import type { DirectoryKeeper } from '../../../../src/access/directory/directory.ts'
import { openDirectory } from '../../../../src/access/directory/open-directory.ts'
import { openSessions } from '../../../../src/access/sign-in/sessions.ts'
import { createSignIn } from '../../../../src/access/sign-in/sign-in.ts'
import type { AccessKeyKeeper } from '../../../../src/access/tokens/access-keys.ts'
import { openAccessKeys } from '../../../../src/access/tokens/open-access-keys.ts'
import { createSecretBox } from '../../../../src/access/tokens/secret-box.ts'
import { createCursorCodec } from '../../../../src/core/query/cursor.ts'
import type { EventReader } from '../../../../src/core/query/query.ts'
import type { DialectContext } from '../../../../src/dialects/api/dialect.ts'
import { type HssSettings, hssDialect } from '../../../../src/dialects/hss/dialect.ts'
import { BASE_MICROS } from '../../../support/store-events.ts'
import { StoreModel } from '../../../support/store-model.ts'
import { MapRecordStore, TOKEN_KEY } from '../../access/records/map-record-store.ts'

/** The project of the tenant `default`. */
export const PROJECT = '0f1e2d3c4b5a69788796a5b4c3d2e1f0'
export const EVENTS_PATH = `/v5/${PROJECT}/container/image/events`

/** The dialect alone, on a server that does not listen, over events in an array. */
export interface HssServer {
  readonly server: FastifyInstance
  readonly model: StoreModel
  readonly directory: DirectoryKeeper
  readonly accessKeys: AccessKeyKeeper
  /** Microseconds since the epoch; the server's clock. */
  nowMicros: number
}

export async function startHss(settings: HssSettings = {}): Promise<HssServer> {
  const model = new StoreModel()
  const records = new MapRecordStore()
  const own = { nowMicros: BASE_MICROS }
  const clock = () => own.nowMicros
  const directory = await openDirectory({
    records,
    clock,
    defaultTenant: 'default',
    tokenKey: TOKEN_KEY,
  })
  const secretBox = (purpose: string) => createSecretBox(Buffer.alloc(32, 7), purpose)
  const accessKeys = await openAccessKeys({ records, directory, clock, box: secretBox('keys') })
  const unused = () => {
    throw new Error('this dialect only reads')
  }
  const context: DialectContext = {
    readers: { own: readerOf(model), of: () => readerOf(model) },
    ledger: Object.create(null),
    audit: { record: unused },
    records,
    directory,
    signIn: createSignIn({
      ...{ directory, clock, defaultTenant: 'default' },
      record: async () => undefined,
    }),
    sessions: await openSessions({ records, directory, clock }),
    accessKeys,
    administration: Object.create(null),
    secretBox,
    exports: Object.create(null),
    cursors: createCursorCodec(Buffer.alloc(32)),
    clock,
    checkpoints: undefined,
    verifier: undefined,
    defaultTenant: 'default',
  }
  const tenants = [{ name: 'default', projectIds: [PROJECT], accounts: ['acme'] }]
  const server = fastify()
  server.register((scope, _options, done) => {
    hssDialect(settings, { tenants, publicUrl: undefined }).register(scope, context)
    done()
  })
  return Object.assign(own, { server, model, directory, accessKeys })
}

function readerOf(model: StoreModel): EventReader {
  const unused = () => {
    throw new Error('this dialect asks for pages and counts')
  }
  return {
    page: async (query) => model.page(query),
    count: async (filter) => model.matching(filter).length,
    get: unused,
    tail: unused,
    histogram: unused,
    stream: unused,
    export: unused,
  }
}
