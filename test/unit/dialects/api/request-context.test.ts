import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EventReader } from '../../../../src/core/query/query.ts'
import type { Asker } from '../../../../src/core/turns/asker.ts'
import { nameSender } from '../../../../src/dialects/api/authentication.ts'
import { requestContext } from '../../../../src/dialects/api/request-context.ts'
import { callerNamed } from '../container-station/station-context.ts'

const OWN: EventReader = Object.create(null)
const asked: { readonly asker: Asker; readonly isGone: boolean }[] = []
const readers = {
  own: OWN,
  of: (asker: Asker, isGone: () => boolean): EventReader => {
    asked.push({ asker, isGone: isGone() })
    return Object.create(null)
  },
}

let server: FastifyInstance

beforeEach(() => {
  asked.length = 0
  server = fastify()
  server.get('/named', async (request) => {
    nameSender(request, callerNamed('alice').principal)
    return { isOwn: requestContext({ readers }, request).events === OWN }
  })
  server.get('/unnamed', async (request) => ({
    isOwn: requestContext({ readers }, request).events === OWN,
  }))
})

afterEach(() => server.close())

test('a request reads at the cost of its sender, as long as its client waits', async () => {
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  expect(await (await fetch(`${url}/named`)).json()).toEqual({ isOwn: false })
  const { tokenId, tenant } = callerNamed('alice').principal
  expect(asked).toEqual([{ asker: { caller: tokenId, tenant }, isGone: false }])
})

test('a request whose sender is not known reads as Waybill itself', async () => {
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  expect(await (await fetch(`${url}/unnamed`)).json()).toEqual({ isOwn: true })
  expect(asked).toEqual([])
})
