import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { lossyPage } from './lossy-pager.ts'

/** An answer that a front gives itself. */
interface FrontAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What a front does with a request: answers it itself, or (undefined) passes it on. */
export type FrontRule = (
  url: URL,
  pass: (url: URL) => Promise<FrontAnswer>,
) => Promise<FrontAnswer | undefined>

/** A server in front of another one, which can get in its way. */
export interface QuayFront {
  readonly url: string
  /** Paths with queries of every request so far. */
  readonly requests: readonly string[]
  /** From now on. */
  readonly rule: (rule: FrontRule) => void
  readonly close: () => Promise<void>
}

const PASS: FrontRule = async () => undefined

/** Starts a front of the server at `target`, which passes everything on. */
export async function startFront(target: string): Promise<QuayFront> {
  const requests: string[] = []
  let rule = PASS
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '/'
    requests.push(path)
    const { authorization = '' } = request.headers
    const pass = async (url: URL): Promise<FrontAnswer> => {
      const passed = await fetch(new URL(`${url.pathname}${url.search}`, target), {
        headers: { authorization },
      })
      const type = passed.headers.get('content-type') ?? 'text/plain'
      return {
        status: passed.status,
        headers: { 'content-type': type },
        body: await passed.text(),
      }
    }
    const url = new URL(path, target)
    const { status, headers = {}, body = '' } = (await rule(url, pass)) ?? (await pass(url))
    response.writeHead(status, headers).end(body)
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    rule: (next) => {
      rule = next
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/**
 * Answers lists as a Quay does that loses entries with equal times at the ends of its pages; all
 * else, its counts too, as the server behind.
 */
export const lossyPages: FrontRule = async (url, pass) => {
  if (!url.pathname.endsWith('/logs')) return undefined
  const whole = await wholeList(url, pass)
  const token = url.searchParams.get('next_page') ?? ''
  const timeOf = (entry: { readonly datetime: string }) => Date.parse(entry.datetime)
  const page = lossyPage(whole.logs, timeOf, token)
  const next = page.next === undefined ? {} : { next_page: page.next }
  const body = JSON.stringify({ ...whole, logs: page.rows, ...next })
  return { status: 200, headers: { 'content-type': 'application/json' }, body }
}

interface List {
  readonly logs: readonly { readonly datetime: string }[]
  readonly next_page?: string
}

async function wholeList(url: URL, pass: (url: URL) => Promise<FrontAnswer>): Promise<List> {
  const logs: List['logs'][number][] = []
  const page = new URL(url)
  page.searchParams.delete('next_page')
  for (;;) {
    const { body = '' } = await pass(page)
    const list: List = JSON.parse(body)
    logs.push(...list.logs)
    if (list.next_page === undefined) return { ...list, logs }
    page.searchParams.set('next_page', list.next_page)
  }
}
