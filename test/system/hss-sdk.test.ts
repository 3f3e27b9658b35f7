import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js'
import { ClientBuilder } from '@huaweicloud/huaweicloud-sdk-core/ClientBuilder.js'
import type { HcClient } from '@huaweicloud/huaweicloud-sdk-core/HcClient.js'
import { Region } from '@huaweicloud/huaweicloud-sdk-core/region/region.js'
// The vendor's client needs this package, and does not say so in its own list.
import 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const REGION = 'cn-north-4'
/** Everything that the vendor's client leaves as it is on the wire, but encodes for a signature. */
const USER = "O'Brien (测试)!*~ x+y&z=1/é"

let waybill: WaybillProcess
let keys: { readonly accessKey: string; readonly secretKey: string }

beforeAll(async () => {
  waybill = await startWaybill({ arguments: ['--dialects-hss-region', REGION] })
  await post('/v1/users', { name: 'reader', roles: ['auditor'] })
  keys = await post('/v1/access-keys', { user: 'reader' })
  await post('/v1/events', [
    {
      action: 'image.push',
      nativeAction: 'push',
      time: '2026-11-22T12:00:00.001999Z',
      outcome: 'success',
      actor: { name: USER },
      target: { type: 'image', namespace: 'acme', repository: 'app', tag: '1.0' },
      client: { ip: '203.0.113.9' },
    },
    { action: 'image.pull', actor: { name: 'somebody else' } },
  ])
})

afterAll(() => waybill.stop())

async function post<Answer>(path: string, body: object): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  return jsonOf<Answer>(waybill.request(path, init))
}

/** The vendor's client as its HSS package builds it. */
function clientOf(credentials: BasicCredentials): ClientBuilder<HcClient> {
  return new ClientBuilder<HcClient>((client) => client)
    .withCredential(credentials)
    .withOptions({ customUserAgent: 'waybill-test' })
}

function credentials({ accessKey, secretKey } = keys): BasicCredentials {
  return new BasicCredentials().withAk(accessKey).withSk(secretKey)
}

/** What `HssClient.listContainerImageLogs` sends. */
function listContainerImageLogs(client: HcClient, queryParams: object): Promise<unknown> {
  return client.sendRequest({
    method: 'GET',
    url: '/v5/{project_id}/container/image/events',
    contentType: 'application/json',
    queryParams,
    pathParams: {},
    headers: {},
  })
}

test("the vendor's client reads the rows, its query full of what it does not encode", async () => {
  const own = credentials().withProjectId('default')
  const client = clientOf(own).withEndpoint(waybill.url).build()
  const timeMs = Date.UTC(2026, 10, 22, 12) + 1
  const query = { user_name: USER, start_time: timeMs, end_time: timeMs, limit: 200, offset: 0 }
  expect(await listContainerImageLogs(client, query)).toEqual({
    httpStatusCode: 200,
    total_num: 1,
    data_list: [
      {
        resource_name: 'acme/app',
        resource_type: 'image',
        event_name: 'push',
        event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        event_type: 'image',
        source_ip: '203.0.113.9',
        user_name: USER,
        time: timeMs,
        content: 'image.push acme/app:1.0 (success)',
      },
    ],
  })
  expect(await listContainerImageLogs(client, {})).toMatchObject({ total_num: 2 })
})

test('it finds the project of a region by itself', async () => {
  const own = credentials().withIamEndpoint(waybill.url)
  const client = clientOf(own)
    .withRegion(new Region(REGION, [waybill.url]))
    .build()
  expect(await listContainerImageLogs(client, {})).toMatchObject({ total_num: 2 })
})

test('it understands every kind of refusal', async () => {
  const own = () => credentials().withProjectId('default')
  const list = (made: BasicCredentials, query: object) =>
    listContainerImageLogs(clientOf(made).withEndpoint(waybill.url).build(), query)
  await expect(list(own(), { limit: 201 })).rejects.toMatchObject({
    httpStatusCode: 400,
    errorCode: 'HSS.0001',
    errorMsg: 'Invalid parameter.',
    requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
  })
  await expect(list(credentials().withProjectId('another'), {})).rejects.toMatchObject({
    httpStatusCode: 400,
    errorCode: 'HSS.0013',
  })
  await expect(list(own().withSk('wrong'), {})).rejects.toMatchObject({
    httpStatusCode: 401,
    errorCode: 'APIGW.0301',
    errorMsg: expect.stringContaining('verify aksk signature fail'),
  })
})
