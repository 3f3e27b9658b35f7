import { Type } from 'typebox'
import type { Event, StoredEvent } from '../../../core/event/event.ts'
import { type FieldParent, fieldsIn } from '../../../core/event/field-keys.ts'
import type { EventField } from '../../../core/event/fields.ts'

/** An event in the native API: as it was stored, with its position in the ledger. */
export type EventJson = Event & { readonly seq: number }

/** A stored event in the form of the native API. */
export function eventJson(stored: StoredEvent): EventJson {
  return { ...stored.event, seq: stored.seq }
}

/** Example values of fields, for the documentation. */
const EXAMPLES: Readonly<Record<string, string>> = {
  '/tenant': 'default',
  '/source/kind': 'distribution',
  '/source/name': 'reg1',
  '/action': 'image.push',
  '/category': 'image',
  '/level': 'info',
  '/outcome': 'success',
}

function valueSchema({ path, kind, words = [] }: EventField): Type.TSchema {
  const example = EXAMPLES[path]
  const about = example === undefined ? {} : { examples: [example] }
  if (kind === 'uuid') return Type.String({ format: 'uuid' })
  if (kind === 'time') return Type.String({ format: 'date-time' })
  if (kind === 'word') return Type.Enum([...words], about)
  if (kind !== 'object') return Type.String(about)
  return Type.Object({}, { additionalProperties: true, description: 'Further data' })
}

/** An actor that is present has a kind. */
function isAlwaysThere({ path, isRequired = false }: EventField): boolean {
  return isRequired || path === '/actor/kind'
}

function schemaOf(parent: FieldParent): Record<string, Type.TSchema> {
  return Object.fromEntries(
    fieldsIn(parent).map(({ key, field }) => {
      const schema = valueSchema(field)
      return [key, isAlwaysThere(field) ? schema : Type.Optional(schema)]
    }),
  )
}

const MEMBERS = {
  ...schemaOf(''),
  source: Type.Object(schemaOf('source')),
  actor: Type.Union([Type.Object(schemaOf('actor')), Type.Null()]),
  target: Type.Optional(Type.Object(schemaOf('target'))),
  client: Type.Optional(Type.Object(schemaOf('client'))),
}

/** The form of an `EventJson`, for the API's description; answers are written without it. */
export const EventSchema: Type.TSchema = Type.Object(
  {
    ...MEMBERS,
    seq: Type.Integer({ minimum: 0, description: 'Position in the ledger', examples: [41] }),
  },
  { title: 'Event', description: 'The event' },
)

/** The form of an entry of the ledger: an event without its position. */
export const EntrySchema: Type.TSchema = Type.Object(MEMBERS, {
  title: 'Entry',
  description: 'The event as it is hashed, without `seq`',
})
