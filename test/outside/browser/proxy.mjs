/**
 * A proxy that compresses, in front of Waybill, and a page behind it. Reads commands from standard
 * input and answers each with a line: `start` with its port, `seen` with the next thing that the
 * page tells, `cut` once the page's streams are cut.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import compression from 'compression'
import express from 'express'
import httpProxy from 'http-proxy'

const PAGE = readFileSync(new URL('page.html', import.meta.url))

const told = []
const waiting = []
const streams = new Set()

function tell(what) {
  const next = waiting.shift()
  if (next === undefined) told.push(what)
  else next(what)
}

async function start(target) {
  const proxy = httpProxy.createProxyServer({ target })
  proxy.on('error', (_error, _request, response) => response.destroy())
  const app = express()
  app.get('/', (_request, response) => response.type('html').send(PAGE))
  app.post('/seen', express.text({ type: '*/*' }), (request, response) => {
    tell(JSON.parse(request.body))
    response.status(204).end()
  })
  app.use(compression())
  app.use((request, response) => {
    if (request.path === '/v1/events/stream') {
      streams.add(response)
      response.once('close', () => streams.delete(response))
    }
    proxy.web(request, response)
  })
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return server.address().port
}

async function answer({ command, target }) {
  if (command === 'start') return start(target)
  if (command === 'seen') return told.shift() ?? new Promise((resolve) => waiting.push(resolve))
  for (const response of streams) response.socket?.destroy()
  return streams.size
}

const lines = createInterface({ input: process.stdin })
// Also while an answer is waited for.
lines.once('close', () => process.exit(0))
for await (const line of lines) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`)
}
