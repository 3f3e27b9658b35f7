import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireCommands } from './commands.ts'

const NAME = 'Test Time Authority'

/** An authority of OpenSSL, with a root of its own. */
export interface TimeStampAuthority {
  readonly url: string
  /** The certificate of the root, PEM. */
  readonly rootFile: string
  /** Replies in another way from now on; undefined: as an authority does. */
  answerWith(answer: ((response: ServerResponse, reply: Buffer) => void) | undefined): void
  /** The reply to a query, as a file would have it. */
  stamp(query: Uint8Array): Buffer
  /** The same content, signed by a certificate of the same root for servers of the web. */
  stampForWeb(query: Uint8Array): Promise<Buffer>
  close(): Promise<void>
}

/** Starts an authority on 127.0.0.1 (RFC 3161 section 3.4), whose replies `openssl ts` makes. */
export async function startTimeStampAuthority(): Promise<TimeStampAuthority> {
  requireCommands('openssl')
  const folder = mkdtempSync(join(tmpdir(), 'waybill-authority-'))
  const at = (name: string) => join(folder, name)
  writeFileSync(at('serial'), '01\n')
  writeFileSync(at('openssl.cnf'), configuration(folder))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  const config = ['-config', at('openssl.cnf')]
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout']
  const sign = (name: string, section: string) =>
    openssl(
      ...['x509', '-req', '-in', at('tsa.csr'), '-CA', at('root.pem'), '-CAkey', at('root.key')],
      ...['-CAcreateserial', '-out', at(name), '-days', '2', '-extensions', section],
      ...['-extfile', at('openssl.cnf')],
    )
  const root = ['-subj', '/CN=Test Root', '-extensions', 'root', '-days', '2']
  openssl('req', '-x509', ...key, at('root.key'), '-out', at('root.pem'), ...root, ...config)
  openssl('req', ...key, at('tsa.key'), '-out', at('tsa.csr'), '-subj', `/CN=${NAME}`, ...config)
  sign('tsa.pem', 'signer')
  sign('web.pem', 'web')
  const stamp = (query: Uint8Array) => {
    writeFileSync(at('query.tsq'), query)
    const files = ['-queryfile', at('query.tsq'), '-out', at('reply.tsr')]
    openssl('ts', '-reply', ...files, ...config, '-section', 'authority')
    return readFileSync(at('reply.tsr'))
  }
  const stampForWeb = async (query: Uint8Array) => {
    const { SignedData, TimeStampResp } = await import('pkijs')
    const token = TimeStampResp.fromBER(stamp(query)).timeStampToken
    const content = new SignedData({ schema: token?.content }).encapContentInfo.eContent
    writeFileSync(at('content'), new Uint8Array(content?.getValue() ?? new ArrayBuffer(0)))
    openssl(
      ...['cms', '-sign', '-binary', '-nodetach', '-in', at('content'), '-outform', 'DER'],
      ...['-econtent_type', '1.2.840.113549.1.9.16.1.4', '-md', 'sha256', '-signer', at('web.pem')],
      ...['-inkey', at('tsa.key'), '-out', at('token')],
    )
    // PKIStatusInfo { status granted }, and the token.
    const body = Buffer.concat([Buffer.from('3003020100', 'hex'), readFileSync(at('token'))])
    return Buffer.concat([Buffer.of(0x30, 0x82, body.length >> 8, body.length & 255), body])
  }
  let answer: ((response: ServerResponse, reply: Buffer) => void) | undefined
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const reply = stamp(Buffer.concat(chunks))
      if (answer !== undefined) return answer(response, reply)
      response.setHeader('Content-Type', 'application/timestamp-reply')
      return response.end(reply)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    rootFile: at('root.pem'),
    answerWith: (other) => {
      answer = other
    },
    stamp,
    stampForWeb,
    close: async () => {
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
      rmSync(folder, { recursive: true })
    },
  }
}

function configuration(folder: string): string {
  return `[req]
distinguished_name = name
prompt = no
[name]
CN = ${NAME}
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[signer]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[web]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
[authority]
serial = ${folder}/serial
signer_cert = ${folder}/tsa.pem
certs = ${folder}/root.pem
signer_key = ${folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
`
}
