import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { CALLBACK_ANSWER_BYTES_MAX } from '../limits.ts'
import type { CallbackTarget } from './callback-target.ts'

/**
 * Posts JSON to a target. Resolves for any 2xx; rejects for every other answer, including
 * redirects.
 *
 * The connection uses only the checked addresses. The host is not looked up again, so a name server
 * cannot answer differently the second time.
 */
export async function sendCallback(
  { url, addresses }: CallbackTarget,
  body: string,
  signal: AbortSignal,
): Promise<void> {
  const bytes = Buffer.from(body)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const request = send(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': bytes.length,
      'User-Agent': 'waybill',
    },
    agent: false,
    lookup: pinnedTo(addresses),
    signal,
  })
  const response = await answerTo(request, bytes)
  await discard(response)
  const status = response.statusCode ?? 0
  if (status < 200 || status > 299) throw new Error(`answered with status ${status}`)
}

function answerTo(request: ClientRequest, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', reject)
    request.end(body)
  })
}

/** Reads the answer to its end, within bounds; after the status its content does not matter. */
function discard(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > CALLBACK_ANSWER_BYTES_MAX) response.destroy()
    })
    response.on('error', () => undefined)
    response.on('close', resolve)
  })
}

function pinnedTo(addresses: readonly string[]): LookupFunction {
  return (_host, options, callback) => {
    const pinned = addresses.map((address) => ({ address, family: isIP(address) }))
    const [first] = pinned
    if (first === undefined) callback(new Error('no address'), '', 0)
    else if (options.all) callback(null, pinned)
    else callback(null, first.address, first.family)
  }
}
