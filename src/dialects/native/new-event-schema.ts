import { Type } from 'typebox'
import { ACTIONS } from '../../core/action-catalogue.ts'
import { DIGEST } from '../../core/digest.ts'
import { ACTOR_KINDS, CATEGORIES, LEVELS, OUTCOMES } from '../../core/event.ts'
import {
  MESSAGE_LENGTH_MAX,
  NAME_LENGTH_MAX,
  REPOSITORY_LENGTH_MAX,
  USER_AGENT_LENGTH_MAX,
} from '../../core/limits.ts'
import { ACTION } from '../../core/parse-event.ts'
import { REPOSITORY_PATTERN } from '../../core/repository-name.ts'

// What `parseNewEvent` takes. A text that is null or empty is one that was left out.

const NO_NUL = '^[^\\u0000]*$'

function text(lengthMax: number = NAME_LENGTH_MAX, description?: string) {
  const about = description === undefined ? {} : { description }
  return { type: ['string', 'null'], maxLength: lengthMax, pattern: NO_NUL, ...about }
}

function formed(form: object, description?: string) {
  const about = description === undefined ? {} : { description }
  return { anyOf: [{ type: 'string', ...form }, { enum: ['', null] }], ...about }
}

function oneOf(values: readonly string[], description?: string) {
  return { enum: [...values, '', null], ...(description === undefined ? {} : { description }) }
}

function object(properties: object, description?: string) {
  const about = description === undefined ? {} : { description }
  return { type: ['object', 'null'], properties, additionalProperties: false, ...about }
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

const IP_DESCRIPTION =
  'IPv4 or IPv6, without a port; a zone (`fe80::1%eth0`) goes to `details.asSent`'

const DETAILS_DESCRIPTION =
  'Anything else. A number that a double cannot hold is kept as text, digit for digit. ' +
  '`asSent` has what could not be read, by the JSON pointer of its place'

const LEVEL_DESCRIPTION = 'When left out: `error` for the outcomes failure and denied, else `info`'

/** An event for examples. */
export const EVENT_EXAMPLE = {
  action: 'image.push',
  outcome: 'success',
  actor: { name: 'alice' },
  target: { namespace: 'acme', repository: 'app', tag: '1.0' },
}

/** An action names its category itself, or the event has to. */
const CATEGORY_IS_KNOWN = [
  { required: ['category'], properties: { category: { enum: CATEGORIES } } },
  { properties: { action: { enum: ACTIONS.map(({ action }) => action) } } },
  { properties: { action: { pattern: `^(?:${CATEGORIES.join('|')})\\.` } } },
]

/** An event as a sender may state it: `parseNewEvent` decides, and a test compares the two. */
export const NewEventSchema: Type.TSchema = Type.Unsafe({
  title: 'NewEvent',
  description: 'An event to store. A value that is null or empty counts as left out.',
  type: 'object',
  required: ['action'],
  additionalProperties: false,
  anyOf: CATEGORY_IS_KNOWN,
  properties: {
    id: formed({ format: 'uuid' }, "The sender's own id of the event"),
    time: formed({ pattern: TIME }, 'When it happened, RFC 3339; else when it was received'),
    tenant: text(
      NAME_LENGTH_MAX,
      'That of the token, which alone may be stated unless it has none',
    ),
    source: object(
      { kind: text(), name: text(), eventId: text() },
      'Where the event comes from; another source than its own takes a token that names it',
    ),
    action: {
      type: 'string',
      pattern: ACTION.pattern.source,
      maxLength: NAME_LENGTH_MAX,
      description: '`object.verb`, such as image.push',
    },
    nativeAction: text(NAME_LENGTH_MAX, "What the sender's system calls it"),
    category: oneOf(CATEGORIES),
    level: oneOf(LEVELS, LEVEL_DESCRIPTION),
    outcome: oneOf(OUTCOMES),
    actor: object({ id: text(), name: text(), email: text(), kind: oneOf(ACTOR_KINDS) }),
    target: object({
      ...{ type: text(), id: text(), name: text(), namespace: text(), tag: text() },
      repository: formed({ pattern: REPOSITORY_PATTERN, maxLength: REPOSITORY_LENGTH_MAX }),
      digest: formed({ pattern: DIGEST.pattern.source, maxLength: NAME_LENGTH_MAX }),
    }),
    client: object({
      ip: {
        anyOf: [
          { type: 'string', format: 'ipv4' },
          { type: 'string', format: 'ipv6' },
          { enum: ['', null] },
        ],
        description: IP_DESCRIPTION,
      },
      userAgent: text(USER_AGENT_LENGTH_MAX),
    }),
    message: text(MESSAGE_LENGTH_MAX, 'One line for readers'),
    details: { type: ['object', 'null'], description: DETAILS_DESCRIPTION },
  },
})
