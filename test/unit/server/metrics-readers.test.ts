import fastify from 'fastify'
import { expect, test } from 'vitest'
import { openDirectory } from '../../../src/access/directory/open-directory.ts'
import type { Role, Scope } from '../../../src/access/directory/principal.ts'
import { createClock } from '../../../src/core/time/timestamp.ts'
import { declarePrincipal } from '../../../src/dialects/api/authentication.ts'
import { answerProblem } from '../../../src/dialects/api/problems/problem-details.ts'
import { type Metrics, registerMetrics } from '../../../src/server/observe/metrics.ts'
import { MapRecordStore, TOKEN_KEY } from '../access/records/map-record-store.ts'

interface Reader {
  readonly tenant: string | null
  readonly roles: readonly Role[]
  readonly scopes: readonly Scope[]
}

const METRICS: Metrics = {
  ...Object.create(null),
  contentType: 'text/plain',
  text: async () => 'waybill_ledger_size 7\n',
}

/** The status that a scraper gets where only administrators of the installation may read. */
async function statusFor(reader: Reader | undefined): Promise<number> {
  const directory = await openDirectory({
    records: new MapRecordStore(),
    clock: createClock(),
    defaultTenant: 'd',
    tokenKey: TOKEN_KEY,
  })
  const server = fastify()
  server.setErrorHandler(answerProblem)
  declarePrincipal(server)
  registerMetrics(server, METRICS, directory)
  const headers: Record<string, string> = {}
  if (reader !== undefined) {
    const { scopes, ...user } = reader
    await directory.createUser(null, { name: 'scraper', ...user })
    const { token } = await directory.createToken(null, { user: 'scraper', scopes })
    headers['authorization'] = `Bearer ${token}`
  }
  const { statusCode } = await server.inject({ url: '/metrics', headers })
  await server.close()
  return statusCode
}

test.each([
  [401, undefined],
  [403, { tenant: 'd', roles: ['administrator'], scopes: ['admin'] }],
  [403, { tenant: 'd', roles: ['auditor'], scopes: ['ledger:read'] }],
  [403, { tenant: null, roles: ['administrator'], scopes: ['events:read'] }],
  [200, { tenant: null, roles: ['administrator'], scopes: ['ledger:read'] }],
  [200, { tenant: null, roles: ['administrator'], scopes: ['admin'] }],
] as const)('metrics of all tenants: %i for %j', async (status, reader) => {
  expect(await statusFor(reader)).toBe(status)
})
