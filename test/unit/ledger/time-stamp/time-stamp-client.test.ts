import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  readTimeStamp,
  TimeStampError,
  timeStampQuery,
} from '../../../../src/ledger/time-stamp/time-stamp.ts'
import { requestTimeStamp } from '../../../../src/ledger/time-stamp/time-stamp-client.ts'
import {
  startTimeStampAuthority,
  type TimeStampAuthority,
} from '../../../support/time-stamp-authority.ts'

const BYTES = Buffer.from('example.com/log\n1\nqqqq\n')

let authority: TimeStampAuthority
beforeAll(async () => {
  authority = await startTimeStampAuthority()
})
afterEach(() => authority.answerWith(undefined))
afterAll(() => authority.close())

const options = { userAgent: 'test/1', signal: new AbortController().signal }
const stamped = () => requestTimeStamp(authority.url, BYTES, options)

test('a time stamp of an authority of OpenSSL is read, with its time and its name', async () => {
  const before = Math.floor(Date.now() / 1000) * 1000
  const { time, authority: name, isTrusted } = await stamped()
  expect(Date.parse(time)).toBeGreaterThanOrEqual(before)
  expect({ name, isTrusted }).toEqual({ name: 'Test Time Authority', isTrusted: false })
})

test('its certificate leads to a root that is trusted, and to no other', async () => {
  const { reply } = await stamped()
  const trusted = readFileSync(authority.rootFile, 'utf8')
  expect(await readTimeStamp(reply, { bytes: BYTES, trusted })).toMatchObject({ isTrusted: true })
  const other = await startTimeStampAuthority()
  const strange = readFileSync(other.rootFile, 'utf8')
  await other.close()
  for (const none of [strange, '']) {
    const reading = readTimeStamp(reply, { bytes: BYTES, trusted: none })
    await expect(reading).rejects.toThrow(TimeStampError)
  }
})

test('a certificate for another purpose stamps nothing', async () => {
  const { query } = await timeStampQuery(BYTES)
  const reply = await authority.stampForWeb(query)
  const trusted = readFileSync(authority.rootFile, 'utf8')
  for (const more of [{}, { trusted }]) {
    const reading = readTimeStamp(reply, { bytes: BYTES, ...more })
    await expect(reading).rejects.toThrow('its certificate is not for time stamps')
  }
})

test.each<[string, (response: ServerResponse, reply: Buffer) => void, RegExp]>([
  ['an error', (response) => response.writeHead(503).end(), /answered 503/],
  [
    'a redirect',
    (response) => response.writeHead(302, { Location: 'http://elsewhere.invalid/' }).end(),
    /answered 302/,
  ],
  ['no reply', (response) => response.destroy(), /./],
  ['nothing', (response) => response.end(), /not a time stamp/],
  ['noise', (response) => response.end(randomBytes(2_000)), /not a time stamp/],
  ['an endless reply', (response) => response.end(Buffer.alloc(100_000)), /more than 65536 bytes/],
  ['a cut reply', (response, reply) => response.end(reply.subarray(0, -9)), /./],
  // TimeStampResp { PKIStatusInfo { status rejection } }
  ['a refusal', (response) => response.end(Buffer.from('30053003020102', 'hex')), /refused it/],
])('%s is no time stamp, and says why', async (_what, answer, problem) => {
  authority.answerWith(answer)
  const asking = stamped()
  await expect(asking).rejects.toThrow(TimeStampError)
  await expect(asking).rejects.toThrow(problem)
})

test('a time stamp of something else, or of another query, is rejected', async () => {
  const other = await timeStampQuery(Buffer.from('something else'))
  authority.answerWith((response) => response.end(authority.stamp(other.query)))
  await expect(stamped()).rejects.toThrow('about something else')
  const again = await timeStampQuery(BYTES)
  authority.answerWith((response) => response.end(authority.stamp(again.query)))
  await expect(stamped()).rejects.toThrow('answers another query')
})

test('no changed byte of a time stamp leads to another time or another content', async () => {
  const { reply, time } = await stamped()
  const trusted = readFileSync(authority.rootFile, 'utf8')
  for (let index = 0; index < reply.length; index += 7) {
    const changed = Uint8Array.from(reply, (byte, at) => (at === index ? byte ^ 4 : byte))
    const read = await readTimeStamp(changed, { bytes: BYTES, trusted }).catch(
      (error: unknown) => error,
    )
    // Bytes that no signature covers, such as those of the root that came along, may change.
    if (read instanceof TimeStampError) continue
    expect(read).toMatchObject({ time, isTrusted: true })
  }
})

test('a request that is aborted ends as its signal says', async () => {
  const ended = new AbortController()
  authority.answerWith(() => ended.abort(new Error('the server stops')))
  const asking = requestTimeStamp(authority.url, BYTES, { ...options, signal: ended.signal })
  await expect(asking).rejects.toThrow('the server stops')
})
