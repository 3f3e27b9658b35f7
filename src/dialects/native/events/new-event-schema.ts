import { Type } from 'typebox'
import { ACTION } from '../../../core/boundary/parse-event.ts'
import { ACTIONS } from '../../../core/event/action-catalogue.ts'
import { CATEGORIES } from '../../../core/event/event.ts'
import { EVENT_OBJECTS, type FieldParent, fieldsIn } from '../../../core/event/field-keys.ts'
import type { EventField } from '../../../core/event/fields.ts'
import { NAME_LENGTH_MAX } from '../../../core/limits.ts'
import { DIGEST } from '../../../core/values/digest.ts'
import { REPOSITORY_PATTERN } from '../../../core/values/repository-name.ts'

// The input of `parseNewEvent`. A null or empty text counts as absent.

const NO_NUL = '^[^\\u0000]*$'

function formed(form: object) {
  return { anyOf: [{ type: 'string', ...form }, { enum: ['', null] }] }
}

function object(properties: object) {
  return { type: ['object', 'null'], properties, additionalProperties: false }
}

/** Days of the years 1970 to 2199, which an event may have. */
const DAY = [
  '(?:19[7-9]\\d|2[01]\\d\\d)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])',
  '(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)',
  '02-(?:0[1-9]|1\\d|2[0-8]))',
  '(?:19(?:7[26]|8[048]|9[26])|20(?:[02468][048]|[13579][26])|21(?:0[48]|[2468][048]|[13579][26]))-02-29',
].join('|')
const HOUR_AND_MINUTE = '(?:[01]\\d|2[0-3]):[0-5]\\d'
const ZONE = `(?:[Zz]|[+-]${HOUR_AND_MINUTE})`
const TIME = `^(?:${DAY})[Tt]${HOUR_AND_MINUTE}:(?:[0-5]\\d|60)(?:\\.\\d{1,9})?${ZONE}$`

/** Descriptions of fields, by their paths. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  '/id': "The sender's own id of the event",
  '/time': 'When it happened, RFC 3339; default is the time of receipt',
  '/tenant': 'The tenant of the token; only tokens without a tenant may state another',
  '/source': 'Source of the event; a source other than its own needs a token bound to that source',
  '/action': '`object.verb`, such as image.push',
  '/nativeAction': "The sender's own name of the action",
  '/level': 'Default: `error` for the outcomes failure and denied, else `info`',
  '/client/ip': 'IPv4 or IPv6, without a port; a zone (`fe80::1%eth0`) goes to `details.asSent`',
  '/message': 'One line for people',
  '/details':
    'Further data. A number that a double cannot hold is kept as text, digit for digit. ' +
    '`asSent` contains values that could not be read, by the JSON pointer of their place',
}

function describedAs(path: string, schema: object): object {
  const description = DESCRIPTIONS[path]
  return description === undefined ? schema : { ...schema, description }
}

function valueSchema({
  kind = 'text',
  words = [],
  lengthMax: maxLength = NAME_LENGTH_MAX,
}: EventField): object {
  switch (kind) {
    case 'uuid':
      return formed({ format: 'uuid' })
    case 'time':
      return formed({ pattern: TIME })
    case 'action':
      return { type: 'string', pattern: ACTION.pattern.source, maxLength }
    case 'word':
      return { enum: [...words, '', null] }
    case 'repository':
      return formed({ pattern: REPOSITORY_PATTERN, maxLength })
    case 'digest':
      return formed({ pattern: DIGEST.pattern.source, maxLength })
    case 'address':
      return { anyOf: [...IP_FORMATS, { enum: ['', null] }] }
    case 'object':
      return { type: ['object', 'null'] }
    default:
      return { type: ['string', 'null'], maxLength, pattern: NO_NUL }
  }
}

const IP_FORMATS = [
  { type: 'string', format: 'ipv4' },
  { type: 'string', format: 'ipv6' },
]

/** The fields of an object that senders may state, as properties. */
function propertiesOf(parent: FieldParent): object {
  return Object.fromEntries(
    fieldsIn(parent)
      .filter(({ field }) => field.path !== '/received')
      .map(({ key, field }) => [key, describedAs(field.path, valueSchema(field))]),
  )
}

/** An example event. */
export const EVENT_EXAMPLE = {
  action: 'image.push',
  outcome: 'success',
  actor: { name: 'alice' },
  target: { namespace: 'acme', repository: 'app', tag: '1.0' },
}

/** Either the action implies its category, or the event must state one. */
const CATEGORY_IS_KNOWN = [
  { required: ['category'], properties: { category: { enum: CATEGORIES } } },
  { properties: { action: { enum: ACTIONS.map(({ action }) => action) } } },
  { properties: { action: { pattern: `^(?:${CATEGORIES.join('|')})\\.` } } },
]

/** An event as a sender may state it: `parseNewEvent` decides, and a test compares the two. */
export const NewEventSchema: Type.TSchema = Type.Unsafe({
  title: 'NewEvent',
  description: 'An event to store. A value that is null or empty counts as absent.',
  type: 'object',
  required: ['action'],
  additionalProperties: false,
  anyOf: CATEGORY_IS_KNOWN,
  properties: {
    ...propertiesOf(''),
    ...Object.fromEntries(
      EVENT_OBJECTS.map((key) => [key, describedAs(`/${key}`, object(propertiesOf(key)))]),
    ),
  },
})
