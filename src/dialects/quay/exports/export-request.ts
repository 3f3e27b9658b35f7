import type { JsonObject, JsonValue } from '../../../core/event/event.ts'
import { isJsonObject } from '../../../core/json/json.ts'
import { jsonOf } from '../../api/bodies/json-body.ts'
import { noJsonBody, problem, unreadableBody } from '../errors.ts'
import type { SentDates } from '../log/time-range.ts'
import { pythonText } from '../python/python-text.ts'

/** Largest body of a request for an export, in bytes. */
export const EXPORT_BODY_BYTES_MAX = 64 * 1024

/** What a request for an export says in its body; empty is absent. */
export interface ExportBody {
  readonly callbackUrl: string | undefined
  readonly callbackEmail: string | undefined
  /** Quay reads the dates from the query alone, but its documentation sends them here too. */
  readonly dates: SentDates
}

/**
 * Reads a body as Quay does: its media type, then JSON, then the schema.
 *
 * @throws QuayError 415 or 400.
 */
export function readExportBody(mediaType: string | undefined, body: unknown): ExportBody {
  if (!isJson(mediaType)) throw noJsonBody()
  const sent = jsonOf(body)
  if (sent === undefined) throw unreadableBody()
  if (sent === null) throw problem('invalid_request', 'Missing JSON body')
  if (!isJsonObject(sent)) throw problem('invalid_request', schemaError(sent))
  return {
    callbackUrl: textOf(sent, 'callback_url'),
    callbackEmail: textOf(sent, 'callback_email'),
    dates: { starttime: dateOf(sent, 'starttime'), endtime: dateOf(sent, 'endtime') },
  }
}

function isJson(mediaType: string | undefined): boolean {
  const type = (mediaType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  return type === 'application/json' || /^application\/[^/]+\+json$/.test(type)
}

type TextProperty = 'callback_url' | 'callback_email'

function textOf(body: JsonObject, property: TextProperty): string | undefined {
  const value = Object.hasOwn(body, property) ? body[property] : undefined
  if (value === undefined || value === '') return undefined
  if (typeof value === 'string') return value
  throw problem('invalid_request', schemaError(value, property))
}

/** Whatever is no text is no date either, and is refused as such once the dates are read. */
function dateOf(body: JsonObject, property: 'starttime' | 'endtime'): string | undefined {
  const value = Object.hasOwn(body, property) ? body[property] : undefined
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : pythonText(value)
}

/** Quay's own words for what is wrong: a jsonschema error's text, schema and value included. */
function schemaError(value: JsonValue, property?: TextProperty): string {
  const at = property === undefined ? '' : `['${property}']`
  const inSchema = property === undefined ? '' : `['properties']['${property}']`
  const schema = SCHEMAS[property ?? 'whole']
  const shown = pythonText(value)
  return [
    `${shown} is not of type '${property === undefined ? 'object' : 'string'}'`,
    '',
    `Failed validating 'type' in schema${inSchema}:`,
    ...schema.map((line) => `    ${line}`),
    '',
    `On instance${at}:`,
    `    ${shown}`,
  ].join('\n')
}

/** The schemas as Python prints them, in lines of 72 characters. */
const SCHEMAS: Readonly<Record<TextProperty | 'whole', readonly string[]>> = {
  callback_url: [
    "{'description': 'The callback URL to invoke with a link to the '",
    "                'exported logs',",
    " 'type': 'string'}",
  ],
  callback_email: [
    "{'description': 'The e-mail address at which to e-mail a link to the '",
    "                'exported logs',",
    " 'type': 'string'}",
  ],
  whole: [
    "{'description': 'Configuration for an export logs operation',",
    " 'properties': {'callback_email': {'description': 'The e-mail address '",
    "                                                  'at which to e-mail '",
    "                                                  'a link to the '",
    "                                                  'exported logs',",
    "                                   'type': 'string'},",
    "                'callback_url': {'description': 'The callback URL to '",
    "                                                'invoke with a link to '",
    "                                                'the exported logs',",
    "                                 'type': 'string'}},",
    " 'type': 'object'}",
  ],
}
