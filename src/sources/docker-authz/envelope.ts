import { X509Certificate } from 'node:crypto'
import { isMembers, type Members } from '../../core/json/json.ts'
import { decodeGoJson, GoObject } from '../bodies/go-json.ts'
import type { PluginCall } from './plugin-server.ts'

/** A request to the daemon, with those members of its bodies that are read. */
export interface EngineRequest {
  /** The name in the client certificate; undefined on the Unix socket. */
  readonly user: string | undefined
  /** How the daemon authenticated the user: `TLS`. */
  readonly authentication: string | undefined
  /** The subject of the client certificate: `CN=alice, O=team-a`. */
  readonly certificate: string | undefined
  /** In upper case. */
  readonly method: string
  /** As the client sent it: version, path and query. */
  readonly uri: string
  readonly userAgent: string | undefined
  /** A JSON body as the daemon reads it; without members when there is none. */
  readonly body: GoObject
  /**
   * Whether the body may be a form. Docker prefers a form's parameters to those of the query, and
   * does not pass the form on.
   */
  readonly hasUnseenForm: boolean
  /** Absent when the request failed or its answer was streamed. */
  readonly status: number | undefined
  /** A JSON answer; without members when there is none. */
  readonly answer: GoObject
  /**
   * Size of a call that was too large to read whole, in bytes; undefined when it was read whole.
   */
  readonly omittedBytes: number | undefined
}

/** The request in a call, or why it cannot be read. */
export type Envelope = { readonly request: EngineRequest } | { readonly unreadable: string }

/** Methods with which Go reads a form from the body. */
const FORM_METHODS = new Set(['POST', 'PUT', 'PATCH'])
const FORM_TYPES = new Set(['application/x-www-form-urlencoded', 'multipart/form-data'])
const JSON_TYPE = 'application/json'

/** Opens a call of the daemon. Never throws. */
export function openEnvelope({ body, bytes }: PluginCall): Envelope {
  const isCut = bytes > body.length
  const call = parse(isCut ? headOf(body) : body)
  if (call === undefined) {
    return { unreadable: isCut ? 'a call is too large' : 'a call is not a JSON object in UTF-8' }
  }
  const method = textOf(call['RequestMethod'])
  if (method === undefined) return { unreadable: 'a call has no `RequestMethod`' }
  const uri = textOf(call['RequestUri'])
  if (uri === undefined) return { unreadable: 'a call has no `RequestUri`' }
  const status = call['ResponseStatusCode']
  return {
    request: {
      user: textOf(call['User']),
      authentication: textOf(call['UserAuthNMethod']),
      method: method.toUpperCase(),
      uri,
      userAgent: headerOf(call, 'user-agent'),
      hasUnseenForm: hasUnseenForm(method.toUpperCase(), call),
      // Docker leaves it out; other senders may send 0.
      status: typeof status === 'number' && status > 0 ? status : undefined,
      omittedBytes: isCut ? bytes : undefined,
      // Read lazily: most requests change nothing, and these are never needed.
      get certificate() {
        return subjectOf(call['RequestPeerCertificates'])
      },
      get body() {
        return encodedObject(call['RequestBody'])
      },
      get answer() {
        return encodedObject(call['ResponseBody'])
      },
    },
  }
}

/**
 * The beginning of a call as a complete object. Docker writes the user, method and target before
 * the first member that can be large. Quotes inside strings are escaped, so only members match.
 */
function headOf(body: Buffer): Buffer {
  const ends = [',"RequestBody":', ',"RequestHeaders":']
    .map((member) => body.indexOf(member))
    .filter((index) => index !== -1)
  return Buffer.concat([body.subarray(0, Math.min(...ends, body.length)), Buffer.from('}')])
}

function parse(body: Buffer): Members | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return isMembers(value) ? value : undefined
  } catch {
    return undefined
  }
}

const NO_MEMBERS = new GoObject([], '{}')

/** Docker passes bodies in base64. */
function encodedObject(encoded: unknown): GoObject {
  const text = textOf(encoded)
  const value = text === undefined ? undefined : decodeGoJson(Buffer.from(text, 'base64'))
  return value instanceof GoObject ? value : NO_MEMBERS
}

/**
 * Docker passes on the last of several headers of one name but uses the first. So a body that is
 * labeled JSON and was not passed on may be a form.
 */
function hasUnseenForm(method: string, call: Members): boolean {
  const isPassedOn = textOf(call['RequestBody']) !== undefined
  if (isPassedOn || !FORM_METHODS.has(method)) return false
  const type = headerOf(call, 'content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (FORM_TYPES.has(type)) return true
  return type === JSON_TYPE && headerOf(call, 'content-length') !== '0'
}

function headerOf(call: Members, name: string): string | undefined {
  const headers = call['RequestHeaders']
  if (!isMembers(headers)) return undefined
  return textOf(Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1])
}

/** The first certificate is the client's. */
function subjectOf(certificates: unknown): string | undefined {
  const [own] = Array.isArray(certificates) ? certificates : []
  const encoded = textOf(own)
  if (encoded === undefined) return undefined
  try {
    const { subject } = new X509Certificate(Buffer.from(encoded, 'base64'))
    return subject.replaceAll('\n', ', ')
  } catch {
    return undefined
  }
}

/** The value when it is a non-empty string, else undefined. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
