import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jsonOf, startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

let waybill: WaybillProcess

beforeAll(async () => {
  waybill = await startWaybill()
})
afterAll(() => waybill?.stop())

const post = (path: string, headers: Record<string, string>, body: Buffer) =>
  waybill.request(path, { method: 'POST', headers, body: new Uint8Array(body) })

interface Problem {
  readonly code: string
  readonly detail?: string
}

const BODY_BYTES = 33_000_000
const filled = (unit: string) => unit.repeat(Math.floor(BODY_BYTES / unit.length))

describe('a small packed body that unpacks to 33 MB is refused by its limit', () => {
  test.each([
    ['lines', 'application/x-ndjson', filled('{}\n'), 'at most 10000 events'],
    ['blank lines', 'application/x-ndjson', filled('\n'), 'at most 393216 bytes'],
    ['items of an array', 'application/json', `[${filled('{},')}{}]`, 'at most 10000 events'],
    ['brackets', 'application/json', filled('['), 'at most 393216 bytes'],
    ['one text', 'application/json', `{"message":"${filled('x')}"}`, 'at most 393216 bytes'],
    ['records', 'application/json-seq', filled('\u001e{}'), 'at most 10000 events'],
    ['more than fits', 'application/x-ndjson', filled('{"a":1}\n').repeat(8), 'at most'],
  ])('%s', async (_what, type, body, limit) => {
    const packed = gzipSync(body, { level: 1 })
    expect(packed.length).toBeLessThan(3_000_000)
    const headers = { 'Content-Type': type, 'Content-Encoding': 'gzip' }
    const sent = Array.from({ length: 4 }, () => post('/v1/events', headers, packed))
    expect((await waybill.request('/v1/events?limit=1')).status).toBe(200)
    for (const answer of await Promise.all(sent)) {
      expect(answer.status).toBe(413)
      const { code, detail } = await jsonOf<Problem>(answer)
      expect(code).toBe('request.too-large')
      expect(detail).toContain(limit)
    }
  })

  test('to a source it is one dead letter, or over the limit of its bytes', async () => {
    for (const [body, status] of [
      [`{"events":[${filled('{},').slice(0, 12_000_000)}{}]}`, 202],
      [`{"events":[${filled('{},')}{}]}`, 413],
    ] as const) {
      const headers = { 'Content-Encoding': 'gzip' }
      const packed = gzipSync(body, { level: 1 })
      const answer = await post('/v1/sources/distribution/reg', headers, packed)
      expect(answer.status).toBe(status)
      const taken = await answer.json()
      if (status === 202) expect(taken).toMatchObject({ deadLetters: 1, accepted: 1 })
    }
  })
})
