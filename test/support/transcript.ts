/**
 * Runs transcripts: requests and the answers they must get, as text, against the built program.
 *
 *     A member sees only its namespace. Lines like this one are prose, for readers; the last one
 *     before a request names the test.
 *
 *     > GET /v1/events?limit=1
 *     > Authorization: Bearer <<admin>>
 *     < 200
 *     < Content-Type: application/json*
 *     <
 *     < {"events": [{"action": "image.push", "id": "<<id>>", "...": 0}], "next": "<<next>>"}
 *
 * A request is lines that begin with `> `: the request line, headers, a lone `>`, the body. Its
 * answer follows at once, in lines that begin with `< `: the status, headers to check, spelled as
 * they must be sent (`*` at the end: any rest; `-` alone: the header must be absent), a lone `<`,
 * the body.
 *
 * Values. `<<admin>>` is the administrator's token (tenant null), `<<now>>` the time at the start.
 * In requests `<<name>>` is replaced by its value, `<<repeat 3 text>>` by the text three times
 * (`\n` in it is a line feed), `<<hex fffe>>` by bytes. In answers `"<<any>>"` is met by any
 * value, and `"<<name>>"` captures the whole value (or header) the first time, and compares it
 * from then on.
 *
 * Bodies. When the expected body is JSON, the answer must be equal as JSON, with no member more or
 * less; `"...": 0` in an object, or "..." as the last item of a list, lets more follow. Otherwise
 * the text must be equal, or contain what follows `~ ` when the expected text begins so. Without an
 * expected body none is checked. A request with `Content-Encoding: gzip` is compressed on its way.
 *
 * `test/transcripts/<dialect>/<dialect>.test.ts` calls `runTranscripts(import.meta.url)`; each file
 * beside it that ends in `.transcript` runs in order on a Waybill of its own.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { difference, expand, parseTranscript, type Step, type Values } from './transcript-text.ts'
import { startWaybill, type WaybillOptions, type WaybillProcess } from './waybill-process.ts'

/** Longest wait for one answer, ms. */
const ANSWER_WAIT_MS_MAX = 60_000

/**
 * Defines a test for every step of every transcript in the folder of the calling module.
 *
 * @param options how the Waybill of each transcript is started.
 */
export function runTranscripts(moduleUrl: string, options: WaybillOptions = {}): void {
  const folder = dirname(fileURLToPath(moduleUrl))
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.transcript'))) {
    const steps = parseTranscript(readFileSync(join(folder, file), 'utf8'))
    describe(file, () => {
      const values: Values = new Map()
      let waybill: WaybillProcess
      beforeAll(async () => {
        waybill = await startWaybill(options)
        // An answer comes when the events of the start are stored: until then a server on a busy
        // machine may refuse more.
        await (await waybill.request('/v1/events/count')).arrayBuffer()
        values.set('admin', waybill.adminToken).set('now', new Date().toISOString())
      })
      afterAll(() => waybill.stop())
      for (const step of steps) {
        test(`${file}:${step.line} ${step.title}`, () => runStep(waybill.url, step, values))
      }
    })
  }
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Names of headers as they were sent, among their values. */
  readonly rawHeaders: readonly string[]
  readonly body: string
}

async function runStep(url: string, step: Step, values: Values): Promise<void> {
  const answer = await send(url, step, values)
  const problem =
    (String(answer.status) === step.response.start
      ? undefined
      : `expected status ${step.response.start}, got ${answer.status}`) ??
    headerProblem(step, answer, values) ??
    bodyProblem(step, answer, values)
  if (problem === undefined) return
  throw new Error(`line ${step.line}: ${step.request.start.slice(0, 200)}\n${problem}\n
${JSON.stringify(answer.headers)}\n${answer.body.slice(0, 4000)}`)
}

/** The path goes out as written: `..` and encoded slashes must reach the server. */
function send(url: string, step: Step, values: Values): Promise<Answer> {
  const [method, path = '/'] = expand(step.request.start, values).toString().split(' ', 2)
  const headers = Object.fromEntries(
    step.request.headers.map(([name, value]) => [name, expand(value, values).toString()]),
  )
  const isGzip = step.request.headers.some(([name, value]) => `${name}=${value}` === GZIP)
  const plain = expand(step.request.body, values)
  const body = isGzip ? gzipSync(plain) : plain
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, {
      method,
      path,
      headers: { ...(body.length > 0 ? { 'Content-Length': body.length } : {}), ...headers },
      agent: false,
      timeout: ANSWER_WAIT_MS_MAX,
    })
    let answered = false
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${ANSWER_WAIT_MS_MAX} ms`)))
    // A server that refuses a body early may close while it is still being sent.
    sent.on('error', (error) => {
      if (!answered) reject(error)
    })
    sent.on('response', (response) => {
      answered = true
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const { statusCode: status = 0, headers, rawHeaders } = response
        resolve({ status, headers, rawHeaders, body: text })
      })
    })
    sent.end(body)
  })
}

const GZIP = 'Content-Encoding=gzip'

function headerProblem(step: Step, answer: Answer, values: Values): string | undefined {
  for (const [name, expected] of step.response.headers) {
    const given = answer.headers[name.toLowerCase()]
    const actual = Array.isArray(given) ? given.join(', ') : given
    const isPrefix = expected.endsWith('*')
    const problem =
      spellingProblem(name, answer) ??
      (expected === '-'
        ? difference('absent', actual ?? 'absent', values)
        : isPrefix && actual?.startsWith(expected.slice(0, -1))
          ? undefined
          : difference(expected, actual, values))
    if (problem !== undefined) return `header ${name}: ${problem}`
  }
  return undefined
}

/** Some clients look headers up by their documented spelling. */
function spellingProblem(name: string, { rawHeaders }: Answer): string | undefined {
  const sent = rawHeaders.find((raw) => raw.toLowerCase() === name.toLowerCase())
  return sent === undefined || sent === name ? undefined : `sent as ${sent}`
}

function bodyProblem(step: Step, answer: Answer, values: Values): string | undefined {
  const expected = step.response.body
  if (expected === '') return undefined
  if (expected.startsWith('~ ')) {
    const part = expand(expected.slice(2), values).toString()
    return answer.body.includes(part) ? undefined : `the body lacks ${JSON.stringify(part)}`
  }
  if (!/^[[{]/.test(expected)) return difference(expected, answer.body.trimEnd(), values)
  const wanted: unknown = JSON.parse(expected)
  try {
    return difference(wanted, JSON.parse(answer.body), values)
  } catch (error) {
    return `the body is not JSON: ${String(error)}`
  }
}
