import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Fault } from '../../../../../src/core/errors.ts'
import { engineClient } from '../../../../../src/sources/engine/client/engine-client.ts'
import { requireCommands, run } from '../../../../support/commands.ts'

const folder = mkdtempSync(join(tmpdir(), 'waybill-tls-'))
const certificateFile = join(folder, 'certificate.pem')
const keyFile = join(folder, 'key.pem')
const { signal } = new AbortController()
let server: Server
let url: string
let asked: string | undefined

beforeAll(async () => {
  requireCommands('openssl')
  // One certificate for both sides, which vouches for itself.
  await run(
    'openssl',
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-subj', '/CN=waybill', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'],
    ...['-keyout', keyFile, '-out', certificateFile],
  )
  const [cert, key] = [readFileSync(certificateFile), readFileSync(keyFile)]
  server = createServer({ cert, key, ca: cert, requestCert: true }, (request, response) => {
    asked = request.url
    response.end(
      JSON.stringify({ Id: (request.socket as TLSSocket).getPeerCertificate().subject.CN }),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})

afterAll(async () => {
  server?.closeAllConnections()
  server?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('an engine behind TLS gets the configured certificate, and its path comes first', async () => {
  const client = engineClient({
    name: 'remote',
    url: `${url}/engines/1/`,
    certificateAuthorityFile: certificateFile,
    certificateFile,
    keyFile,
  })
  expect(await client.container('web', signal)).toMatchObject({ id: 'waybill' })
  expect(asked).toBe('/engines/1/containers/web/json')
})

test('an engine that no authority vouches for is not asked', async () => {
  const client = engineClient({ name: 'remote', url, certificateFile, keyFile })
  const refusal = await client.container('web', signal).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(Fault)
  expect(refusal).toMatchObject({ code: 'engine.unavailable', status: 503, detail: 'remote' })
})

test('a file that is not there is no reason to ask without it', async () => {
  const missing = join(folder, 'none.pem')
  const client = engineClient({ name: 'remote', url, certificateAuthorityFile: missing })
  await expect(client.container('web', signal)).rejects.toMatchObject({
    code: 'engine.unavailable',
    cause: expect.objectContaining({ code: 'ENOENT' }),
  })
})

test('no name of a container leads to another route', async () => {
  const client = engineClient({ name: 'remote', url })
  for (const name of ['../images/x', 'a/../b', 'a?b', '', '.', '%2e%2e', 'a\r\nHost: x', 'a//b']) {
    expect(await client.container(name, signal)).toBeUndefined()
  }
})
