import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** What a way to the server does with an append: a status of its own, or undefined to let it by. */
export type Decide = (append: number) => number | undefined | Promise<number | undefined>

/** Runs something against a way to the server that may answer appends itself, or hold them up. */
export async function withAppendFront<Result>(
  server: string,
  decide: Decide,
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  let appends = 0
  const front = createServer(async (request, response) => {
    const body = await buffer(request)
    if (request.method === 'POST') appends += 1
    const status = request.method === 'POST' ? await decide(appends) : undefined
    if (status !== undefined) {
      response.writeHead(status, { 'Retry-After': '0' }).end('{}')
      return
    }
    const answer = await fetch(new URL(request.url ?? '/', server), {
      method: request.method ?? 'GET',
      headers: {
        Authorization: request.headers.authorization ?? '',
        'Content-Type': request.headers['content-type'] ?? 'application/json',
      },
      ...(body.length > 0 && { body }),
    })
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()))
  }).listen(0, '127.0.0.1')
  await once(front, 'listening')
  const address = front.address()
  const port = typeof address === 'object' ? address?.port : undefined
  try {
    return await use(`http://127.0.0.1:${port}`)
  } finally {
    front.close()
    front.closeAllConnections()
  }
}
