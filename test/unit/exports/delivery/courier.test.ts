import type { ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import {
  createCallbackPolicy,
  type Resolver,
} from '../../../../src/exports/delivery/callback-target.ts'
import { createCourier } from '../../../../src/exports/delivery/courier.ts'
import { createLinkSigner } from '../../../../src/exports/delivery/export-link.ts'
import { createMailer, isMailAddress } from '../../../../src/exports/delivery/mailer.ts'
import { type CallbackServer, startCallbackServer } from '../../../support/callback-server.ts'
import { type SmtpServer, startSmtpServer } from '../../../support/smtp-server.ts'
import { callbackTo, jobOf, NOW_MICROS, PLAIN_FORM } from '../export-jobs.ts'

const links = createLinkSigner(Buffer.alloc(32, 1))
const NEVER = new AbortController().signal
const JOB = jobOf({ status: 'success', hasFile: true, finishedMicros: NOW_MICROS })

let server: CallbackServer | undefined
let smtp: SmtpServer | undefined

afterEach(async () => {
  await server?.close()
  await smtp?.close()
  server = undefined
  smtp = undefined
})

interface Means {
  readonly resolver?: Resolver
  readonly allowed?: readonly string[]
  readonly callbackMsMax?: number
  readonly smtpUrl?: string
}

function courierWith({ resolver, allowed = ['127.0.0.1'], callbackMsMax, smtpUrl }: Means = {}) {
  return createCourier({
    forms: new Map([[PLAIN_FORM.name, PLAIN_FORM]]),
    links,
    linkSeconds: 3600,
    policy: createCallbackPolicy(allowed),
    resolver: resolver ?? (() => Promise.reject(new Error('nothing resolves here'))),
    mailer: smtpUrl === undefined ? undefined : createMailer(smtpUrl, 'Waybill <w@example.com>'),
    clock: () => NOW_MICROS,
    ...(callbackMsMax !== undefined && { callbackMsMax }),
  })
}

async function serve(answer?: (response: ServerResponse, nth: number) => void): Promise<string> {
  server = await startCallbackServer(answer)
  return `${server.url}/hook?a=1`
}

function attempt(to: string, means: Means = {}, job = JOB) {
  return courierWith(means).attempt({ job, delivery: callbackTo(to, { problem: 'old' }) }, NEVER)
}

test.each([200, 201, 204, 299])('an answer of %i is a delivery', async (status) => {
  const url = await serve((response) => void response.writeHead(status).end())
  const delivery = await attempt(url)
  const token = links.sign('e1-file', NOW_MICROS / 1e6 + 3600)
  expect(delivery).toMatchObject({
    status: 'delivered',
    attempts: 1,
    deliveredMicros: NOW_MICROS,
  })
  expect(delivery).not.toHaveProperty('problem')
  expect(server?.received).toEqual([
    {
      method: 'POST',
      path: '/hook?a=1',
      host: `127.0.0.1:${server?.port}`,
      contentType: 'application/json',
      body: JSON.stringify({
        id: 'e1',
        status: 'success',
        url: `http://waybill.example/files/e1-file?token=${token}`,
      }),
    },
  ])
})

test.each([301, 304, 307, 400, 404, 500, 503])('an answer of %i is none', async (status) => {
  const url = await serve(
    (response, nth) =>
      void response.writeHead(nth === 0 ? status : 200, { Location: '/elsewhere' }).end(),
  )
  expect(await attempt(url)).toMatchObject({
    status: 'waiting',
    attempts: 1,
    problem: `answered with status ${status}`,
  })
  // A redirect is not followed either.
  expect(server?.received).toHaveLength(1)
})

test('a callback without an answer ends in time and is tried again', async () => {
  const url = await serve(() => undefined)
  expect(await attempt(url, { callbackMsMax: 50 })).toMatchObject({
    status: 'waiting',
    problem: 'no answer in time',
  })
})

test('an answer without an end is read within bounds, and its status counts', async () => {
  const url = await serve((response) => {
    response.writeHead(200)
    const more = () => {
      if (response.write(Buffer.alloc(65_536))) setImmediate(more)
      else response.once('drain', more)
    }
    response.on('error', () => undefined)
    more()
  })
  expect(await attempt(url)).toMatchObject({ status: 'delivered' })
})

test('a connection that is refused is tried again', async () => {
  const url = await serve()
  await server?.close()
  server = undefined
  const delivery = await attempt(url)
  expect(delivery).toMatchObject({ status: 'waiting' })
  expect(delivery?.problem).toContain('ECONNREFUSED')
})

test('a host that leads inside only at the second look-up is not called', async () => {
  const url = await serve()
  const port = server?.port
  const answers = [['8.8.8.8'], ['127.0.0.1']]
  const asked: string[] = []
  const resolver: Resolver = async (host) => {
    asked.push(host)
    return answers.shift() ?? []
  }
  const hook = url.replace('127.0.0.1', 'rebind.example')
  // The first look-up was that of the request for the export: public, so it was accepted.
  expect(await resolver('rebind.example')).toEqual(['8.8.8.8'])
  const delivery = await attempt(hook, { resolver, allowed: [] })
  expect(delivery).toMatchObject({ status: 'waiting', problem: 'Invalid callback URL' })
  expect(asked).toHaveLength(2)
  expect(port).toBeGreaterThan(0)
  expect(server?.received).toEqual([])
})

test('the connection goes to the address that was checked: there is no other look-up', async () => {
  const url = await serve()
  let asked = 0
  const resolver: Resolver = async () => {
    asked += 1
    return ['127.0.0.1']
  }
  // The system could not resolve this name, so only the checked address leads to the server.
  const hook = url.replace('127.0.0.1', 'hooks.example')
  expect(await attempt(hook, { resolver })).toMatchObject({ status: 'delivered' })
  expect(asked).toBe(1)
  expect(server?.received[0]?.host).toBe(`hooks.example:${server?.port}`)
})

test('a failed export is reported without a link', async () => {
  const url = await serve()
  const job = jobOf({ status: 'failed', finishedMicros: NOW_MICROS })
  expect(await attempt(url, {}, job)).toMatchObject({ status: 'delivered' })
  expect(server?.received[0]?.body).toBe('{"id":"e1","status":"failed","url":null}')
})

test('an attempt that a stop cuts off leaves the delivery as it was', async () => {
  const stop = new AbortController()
  const url = await serve(() => stop.abort())
  const due = { job: JOB, delivery: callbackTo(url) }
  expect(await courierWith().attempt(due, stop.signal)).toBeUndefined()
})

function mail(means: Means) {
  const delivery = callbackTo('bob@example.com', { channel: 'email' })
  return courierWith(means).attempt({ job: JOB, delivery }, NEVER)
}

test('a mail goes to one receiver, with an id of the export', async () => {
  smtp = await startSmtpServer()
  expect(await mail({ smtpUrl: smtp.url })).toMatchObject({ status: 'delivered' })
  const [received] = smtp.mails
  expect(received).toMatchObject({ from: 'w@example.com', to: ['bob@example.com'] })
  expect(received?.content).toContain('Subject: Export\r\n')
  expect(received?.content).toContain('Message-ID: <e1@o.waybill>\r\n')
})

test.each([
  ['451 later', 'waiting'],
  ['550 nobody by that name', 'failed'],
])('a mail server that says %s leaves the delivery %s', async (answer, status) => {
  smtp = await startSmtpServer(() => answer)
  expect(await mail({ smtpUrl: smtp.url })).toMatchObject({ status, attempts: 1 })
  expect(smtp.mails).toEqual([])
})

test('a mail waits while no mail server answers, or none is configured', async () => {
  smtp = await startSmtpServer()
  const smtpUrl = smtp.url
  await smtp.close()
  smtp = undefined
  expect(await mail({ smtpUrl })).toMatchObject({ status: 'waiting' })
  expect(await mail({})).toMatchObject({ problem: 'no mail server is configured' })
})

test.each([
  ['bob@example.com', true],
  ['bob+logs@münchen.example', true],
  ['bob', false],
  ['@', false],
  ['a@b@c', false],
  ['a@b, c@d', false],
  ['a@b;c', false],
  ['Bob <bob@example.com>', false],
  ['bob@example.com\r\nBcc: eve@example.com', false],
  ['bob @example.com', false],
  ['bob\ud800@example.com', false],
  [`${'b'.repeat(250)}@example.com`, false],
])('%j is the address of one mailbox: %s', (text, expected) => {
  expect(isMailAddress(text)).toBe(expected)
})
