import { readFileSync } from 'node:fs'
import { distributionSource } from '../../../../src/sources/distribution/source.ts'
import type { Translation } from '../../../../src/sources/source.ts'

/** Bodies that docker-registry 2.8.2 sent, one a line; two accounts, five kinds of client. */
export function capturedBodies(file: string): readonly Buffer[] {
  const lines = readFileSync(new URL(`captures/${file}`, import.meta.url), 'utf8').trimEnd()
  return lines.split('\n').map((line) => Buffer.from(line))
}

/** One body exactly as it was sent, with the registry's own indentation. */
export function bodyAsSent(): Buffer {
  return readFileSync(new URL('captures/notification-as-sent.json', import.meta.url))
}

/** Translates one body as the source `reg1` would. */
export function translate(body: Buffer | string, blobEvents = false): Translation {
  const source = distributionSource({ blobEvents })
  return source.translate({ headers: {}, body: Buffer.from(body), sourceName: 'reg1' })
}
