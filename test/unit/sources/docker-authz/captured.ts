import { readFileSync } from 'node:fs'
import { parseReportedEvent } from '../../../../src/core/boundary/parse-reported-event.ts'
import type { Event } from '../../../../src/core/event/event.ts'
import { createClock } from '../../../../src/core/time/timestamp.ts'
import { CallReader } from '../../../../src/sources/docker-authz/calls/call-reader.ts'
import type { EngineDirectory } from '../../../../src/sources/docker-authz/names/engine-directory.ts'
import type { CallKind } from '../../../../src/sources/docker-authz/plugin-server.ts'
import type { Translation } from '../../../../src/sources/source.ts'

/** A call of the daemon: which it is, and the members of its body. */
export interface Call {
  readonly kind: CallKind
  readonly body: object
}

/** The twenty calls that Docker Engine 20.10.24 made of its plugin, in their order. */
export function capturedCalls(): readonly Call[] {
  const text = readFileSync(new URL('captures/docker-authz.jsonl', import.meta.url), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { url, ...body } = JSON.parse(line)
      return { kind: String(url).endsWith('AuthZReq') ? 'request' : 'response', body }
    })
}

/** What calls tell of a request. */
export interface Asked {
  readonly method?: string
  readonly uri: string
  readonly user?: string
  /** 0: Docker does not say. */
  readonly status?: number
  /** An object is sent as JSON, a text as it is. */
  readonly body?: object | string
  readonly answer?: object
  readonly headers?: object
}

/** The call after a request was carried out, as Docker writes it. */
export function response(asked: Asked): Call {
  const { method = 'POST', uri, user, status = 204, body, answer, headers } = asked
  return {
    kind: 'response',
    body: {
      ...(user !== undefined && { User: user, UserAuthNMethod: 'TLS' }),
      RequestMethod: method,
      RequestUri: uri,
      ...(body !== undefined && { RequestBody: encoded(body) }),
      RequestHeaders: headers ?? { 'User-Agent': 'curl/7.88.1' },
      ...(status !== 0 && { ResponseStatusCode: status }),
      ...(answer !== undefined && { ResponseBody: encoded(answer) }),
    },
  }
}

/** The call before a request is carried out. */
export function request({ method = 'POST', uri, body }: Asked): Call {
  const sent = body === undefined ? {} : { RequestBody: encoded(body) }
  return { kind: 'request', body: { RequestMethod: method, RequestUri: uri, ...sent } }
}

function encoded(value: object | string): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return Buffer.from(text).toString('base64')
}

/** A plugin that hears calls one after the other. */
export class HeardPlugin {
  readonly translations: Translation[] = []
  readonly troubles: unknown[] = []
  readonly #reader: CallReader

  constructor(engine?: EngineDirectory) {
    const intake = {
      take: (translation: Translation) => void this.translations.push(translation),
      record: async (translation: Translation) => void this.translations.push(translation),
      clock: createClock(),
      trouble: (error: unknown) => void this.troubles.push(error),
    }
    this.#reader = new CallReader(engine, Promise.resolve(intake))
    this.#reader.begin()
  }

  /** Hears calls, each after what the one before led to, and answers all events so far. */
  async hear(...calls: readonly Call[]): Promise<readonly Event[]> {
    for (const { kind, body } of calls) await this.hearBytes(kind, JSON.stringify(body))
    return this.events
  }

  async hearBytes(kind: CallKind, text: string | Buffer, bytes?: number): Promise<void> {
    const body = Buffer.from(text)
    this.#reader.hear({ kind, body, bytes: bytes ?? body.length })
    // What is asked before an act is answered while that is carried out.
    if (kind === 'request') await new Promise(setImmediate)
    else await this.#reader.settled()
  }

  /** The whole events, as the boundary makes them. */
  get events(): readonly Event[] {
    const source = { kind: 'docker-authz', name: 'host1' }
    const reception = { receivedMicros: 0, tenant: 'default', anyTenant: false, source }
    return this.translations
      .flatMap(({ events }) => events)
      .map((event) => parseReportedEvent(event, reception).event)
  }
}

/** The events of calls that a plugin hears which knows nothing yet. */
export async function eventsOf(...calls: readonly Call[]): Promise<readonly Event[]> {
  return await new HeardPlugin().hear(...calls)
}
