import { Type } from 'typebox'
import {
  ACTOR_KINDS,
  CATEGORIES,
  type Event,
  LEVELS,
  OUTCOMES,
  type StoredEvent,
} from '../../core/event.ts'

/** An event as the native API answers it: as it was stored, and its place in the ledger. */
export type EventJson = Event & { readonly seq: number }

/** A stored event in the form of the native API. */
export function eventJson(stored: StoredEvent): EventJson {
  return { ...stored.event, seq: stored.seq }
}

const Text = Type.Optional(Type.String())
const Closed = { additionalProperties: false } as const

const Target = Type.Object(
  {
    type: Text,
    id: Text,
    name: Text,
    namespace: Text,
    repository: Text,
    tag: Text,
    digest: Text,
  },
  Closed,
)

const Ip = Type.Optional(
  Type.String({
    description: 'IPv4 or IPv6, without a port; a zone (`fe80::1%eth0`) goes to `details.asSent`',
  }),
)

const Details = Type.Object(
  {},
  {
    additionalProperties: true,
    description:
      'Anything else. A number that a double cannot hold is kept as text, digit for digit. ' +
      '`asSent` has what could not be read, by the JSON pointer of its place',
  },
)

const LEVEL_DESCRIPTION = 'When left out: `error` for the outcomes failure and denied, else `info`'

const Parts = {
  nativeAction: Text,
  target: Type.Optional(Target),
  client: Type.Optional(Type.Object({ ip: Ip, userAgent: Text }, Closed)),
  message: Text,
  details: Type.Optional(Details),
}

/** What a sender may state of an event; for the API's description, `parseNewEvent` decides. */
export const NewEventSchema = Type.Object(
  {
    id: Type.Optional(Type.String({ format: 'uuid' })),
    time: Type.Optional(Type.String({ format: 'date-time' })),
    tenant: Text,
    source: Type.Optional(Type.Object({ kind: Text, name: Text, eventId: Text }, Closed)),
    action: Type.String({ description: '`object.verb`, such as image.push' }),
    category: Type.Optional(Type.Enum(CATEGORIES)),
    level: Type.Optional(Type.Enum(LEVELS, { description: LEVEL_DESCRIPTION })),
    outcome: Type.Optional(Type.Enum(OUTCOMES)),
    actor: Type.Optional(
      Type.Union([
        Type.Object(
          { id: Text, name: Text, email: Text, kind: Type.Optional(Type.Enum(ACTOR_KINDS)) },
          Closed,
        ),
        Type.Null(),
      ]),
    ),
    ...Parts,
  },
  Closed,
)

/** The form of an `EventJson`, for the API's description: answers are written without it. */
export const EventSchema: Type.TSchema = Type.Object({
  id: Type.String({ format: 'uuid' }),
  seq: Type.Integer({ minimum: 0, description: 'Position in the ledger' }),
  time: Type.String({ format: 'date-time' }),
  received: Type.String({ format: 'date-time' }),
  tenant: Type.String(),
  source: Type.Object({ kind: Type.String(), name: Type.String(), eventId: Text }),
  action: Type.String(),
  category: Type.Enum(CATEGORIES),
  level: Type.Enum(LEVELS),
  outcome: Type.Enum(OUTCOMES),
  actor: Type.Union([
    Type.Object({ id: Text, name: Text, email: Text, kind: Type.Enum(ACTOR_KINDS) }),
    Type.Null(),
  ]),
  ...Parts,
})
