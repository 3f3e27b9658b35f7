import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requireCommands, run } from './commands.ts'

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly certificateFile: string
  readonly keyFile: string
}

/** Certificates of one authority, for a server on 127.0.0.1 and for its clients. */
export interface TlsFiles {
  readonly authorityFile: string
  readonly server: Certificate
  /** Makes the certificate of a client with this subject: `/CN=alice/O=team-a`. */
  client(subject: string): Promise<Certificate>
}

/** The contents of the files as the options of a TLS client. */
export function tlsOptions({ authorityFile }: TlsFiles, { certificateFile, keyFile }: Certificate) {
  return {
    ca: readFileSync(authorityFile),
    cert: readFileSync(certificateFile),
    key: readFileSync(keyFile),
  }
}

/** Makes an authority, and a certificate of a server, in a new folder. */
export async function makeTlsFiles(folder: string): Promise<TlsFiles> {
  requireCommands('openssl')
  mkdirSync(folder)
  const authorityFile = join(folder, 'authority.pem')
  const authorityKey = join(folder, 'authority-key.pem')
  await run(
    ...['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1'],
    ...['-subj', '/CN=authority', '-keyout', authorityKey, '-out', authorityFile],
  )
  let made = 0
  const make = async (subject: string, extensions: string): Promise<Certificate> => {
    made += 1
    const file = (ending: string) => join(folder, `${made}${ending}`)
    const keyFile = file('-key.pem')
    writeFileSync(file('.cnf'), extensions)
    await run(
      ...['openssl', 'req', '-newkey', 'rsa:2048', '-nodes', '-subj', subject],
      ...['-keyout', keyFile, '-out', file('.csr')],
    )
    await run(
      ...['openssl', 'x509', '-req', '-in', file('.csr'), '-days', '1', '-CAcreateserial'],
      ...['-CA', authorityFile, '-CAkey', authorityKey, '-extfile', file('.cnf')],
      ...['-out', file('.pem')],
    )
    return { certificateFile: file('.pem'), keyFile }
  }
  return {
    authorityFile,
    server: await make('/CN=server', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n'),
    client: (subject) => make(subject, 'extendedKeyUsage=clientAuth\n'),
  }
}
