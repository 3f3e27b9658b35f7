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

/** The form of an `EventJson`, for the API's description: answers are written without it. */
export const EventSchema: Type.TSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    seq: Type.Integer({ minimum: 0, description: 'Position in the ledger', examples: [41] }),
    time: Type.String({ format: 'date-time' }),
    received: Type.String({ format: 'date-time' }),
    tenant: Type.String({ examples: ['default'] }),
    source: Type.Object({
      kind: Type.String({ examples: ['distribution'] }),
      name: Type.String({ examples: ['reg1'] }),
      eventId: Text,
    }),
    action: Type.String({ examples: ['image.push'] }),
    nativeAction: Text,
    category: Type.Enum(CATEGORIES, { examples: ['image'] }),
    level: Type.Enum(LEVELS, { examples: ['info'] }),
    outcome: Type.Enum(OUTCOMES, { examples: ['success'] }),
    actor: Type.Union([
      Type.Object({ id: Text, name: Text, email: Text, kind: Type.Enum(ACTOR_KINDS) }),
      Type.Null(),
    ]),
    target: Type.Optional(
      Type.Object({
        ...{ type: Text, id: Text, name: Text, namespace: Text, repository: Text, tag: Text },
        digest: Text,
      }),
    ),
    client: Type.Optional(Type.Object({ ip: Text, userAgent: Text })),
    message: Text,
    details: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: 'Anything else' }),
    ),
  },
  { title: 'Event', description: 'The event' },
)
