import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

const API = '/container-station/api/v1'
/** 16:53:15 on a wall in Taipei. */
const TIME = '2021-08-11T08:53:15.461287Z'
const EPOCH = 1628671995
const WALL = 1628700795

let waybill: WaybillProcess

beforeAll(async () => {
  waybill = await startWaybill({
    environment: {
      WAYBILL_DIALECTS_CONTAINER_STATION_TIMEZONE_OFFSET: '+08:00',
      WAYBILL_DIALECTS_CONTAINER_STATION_ERROR_STATUS200: 'true',
    },
  })
  const answer = await waybill.request('/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ action: 'container.start', time: TIME, target: { name: 'web' } }),
  })
  expect(answer.status).toBe(201)
})

afterAll(() => waybill.stop())

async function read(path: string): Promise<string> {
  return (await waybill.request(`${API}${path}`)).text()
}

test('the log tells the time on the wall, the feed that of the world', async () => {
  expect(JSON.parse(await read('/log'))).toMatchObject([{ ts: WALL }])
  expect(await read('/log/export')).toContain('\r\n2021-08-11 16:53:15.461287,INFO,')
  expect(await read('/event')).toContain(`container:all:${EPOCH}:`)
})

test('bounds are times on the wall', async () => {
  expect(JSON.parse(await read(`/log?start=${WALL}&end=${WALL}`))).toHaveLength(1)
  expect(JSON.parse(await read(`/log?start=${WALL + 1}`))).toEqual([])
  expect(JSON.parse(await read(`/log?end=${EPOCH}`))).toEqual([])
})

test('errors are told by the body alone', async () => {
  const answer = await fetch(new URL(`${API}/log`, waybill.url))
  expect(answer.status).toBe(200)
  const text = await answer.text()
  // Where a client looks for it.
  expect(text.slice(4, 11)).toBe('"error"')
  expect(JSON.parse(text)).toEqual({ error: { code: 401, message: 'Unauthorized' } })
})
