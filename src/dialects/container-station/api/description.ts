import { Type } from 'typebox'
import { FULL_TEXT_LENGTH_MAX, NAME_LENGTH_MAX } from '../../../core/limits.ts'
import type { ApiDescription, OperationDescription } from '../../api/api-description.ts'
import { jsonAnswer, optionalText, vendorErrors } from '../../api/vendor-answers.ts'
import { SESSION_COOKIE } from '../credentials.ts'
import { CONTAINER_TYPES } from '../parameters.ts'

const ErrorSchema: Type.TSchema = Type.Object(
  {
    error: Type.Object({
      code: Type.Integer({ examples: [400] }),
      message: Type.String({ examples: ['Invalid parameter: limit'] }),
    }),
  },
  { title: 'StationError' },
)

/** How the API document describes this dialect. */
export const STATION_API: ApiDescription = {
  tag: {
    name: 'Container Station',
    description:
      'The log and the events of QNAP Container Station, under the prefixes of its versions. A ' +
      'slash at the end is taken too.',
  },
  securitySchemes: {
    stationToken: { type: 'http', scheme: 'bearer', description: 'A token of Waybill' },
    stationSession: {
      type: 'apiKey',
      in: 'cookie',
      name: SESSION_COOKIE,
      description: 'A session of POST login',
    },
  },
  errorAnswers: (operation) => vendorErrors({ 'application/json': ErrorSchema }, operation),
}

const WHOLE = { pattern: '^\\d{0,15}$' }
const SECONDS = 'seconds since the epoch, by the clock of the station; 0: any'

const Session: Type.TSchema = Type.Object(
  {
    anonymous: Type.Boolean(),
    isAdmin: Type.Boolean(),
    logintime: Type.String({ examples: ['2026/11/22 12:10:41'] }),
    username: Type.String({ examples: ['admin'] }),
  },
  { title: 'StationSession' },
)

const Row: Type.TSchema = Type.Object({}, { title: 'StationLogRow', additionalProperties: true })

const Container: Type.TSchema = Type.Object(
  {
    id: Type.String(),
    name: Type.String({ examples: ['web'] }),
    image: Type.String({ examples: ['busybox:latest'] }),
    state: Type.String({ examples: ['running'] }),
    type: Type.String({ examples: ['docker'] }),
  },
  { title: 'StationContainer', additionalProperties: true },
)

const ContainerType = Type.Enum(CONTAINER_TYPES, { description: 'What kind of container it is' })
const ContainerId = Type.String({ description: 'Id, the beginning of one, or name' })

const COOKIE = { 'Set-Cookie': `The session, as ${SESSION_COOKIE}` }

const CREDENTIALS = { username: 'admin', password: 'secret' }

/** The descriptions of the operations of this dialect, under each prefix. */
export const STATION_OPERATIONS = {
  login: {
    summary: 'Begin a session',
    isPublic: true,
    body: {
      'application/json': Type.Unsafe({
        description: 'A name and a password, or the session that there is already',
        type: 'object',
        anyOf: [
          {
            required: ['username', 'password'],
            properties: {
              username: { type: 'string', minLength: 1 },
              password: { type: 'string', minLength: 1 },
            },
          },
          { required: ['sid'], properties: { sid: { type: 'string', minLength: 1 } } },
        ],
        examples: [CREDENTIALS],
      }),
      'application/x-www-form-urlencoded': Type.Object(
        { username: Type.String({ minLength: 1 }), password: Type.String({ minLength: 1 }) },
        { examples: [CREDENTIALS] },
      ),
    },
    answers: {
      200: { ...jsonAnswer('The session', Session), headers: COOKIE },
      401: jsonAnswer('The name or the password is wrong', ErrorSchema),
      403: jsonAnswer('A page of another site sent it', ErrorSchema),
    },
  },
  login_refresh: {
    summary: 'Keep the session alive',
    answers: { 200: jsonAnswer('The session', Session) },
  },
  logout: {
    summary: 'End the session',
    answers: {
      200: {
        ...jsonAnswer('Whose session it was', Type.Object({ username: Type.String() })),
        headers: COOKIE,
      },
    },
  },
  log: {
    summary: 'The log, newest first',
    querystring: Type.Object({
      start: optionalText(`First second: ${SECONDS}`, WHOLE),
      end: optionalText(`Last second: ${SECONDS}`, WHOLE),
      time_start: optionalText('What the first versions call `start`', WHOLE),
      time_end: optionalText('What the first versions call `end`', WHOLE),
      limit: optionalText('Most rows; a greater one counts as 1000', WHOLE),
      offset: optionalText('Rows to skip', WHOLE),
      user: optionalText('Who did it', { maxLength: NAME_LENGTH_MAX }),
      level: optionalText('INFO, WARN, ERROR; several with commas between them'),
      category: optionalText('Such as container; several with commas between them'),
      text: optionalText('A part of the message', { maxLength: FULL_TEXT_LENGTH_MAX }),
    }),
    answers: { 200: jsonAnswer('The rows', Type.Array(Row)) },
  },
  clear: {
    summary: 'Hide the log from this API; the ledger keeps every event',
    answers: {
      200: jsonAnswer('How many rows it had', Type.Object({ records: Type.Integer() })),
    },
  },
  export: {
    summary: 'The whole log as CSV, oldest first',
    answers: {
      200: {
        description: 'The document',
        content: { 'text/csv': Type.String() },
        headers: { 'Content-Disposition': 'A name for the file' },
      },
    },
  },
  event: {
    summary: 'Messages of a window of the ledger, newest first',
    querystring: Type.Object({
      index: optionalText('Where the window begins', WHOLE),
      offset: optionalText('Where it ends', WHOLE),
    }),
    answers: {
      200: jsonAnswer(
        'The messages, and where the next window begins',
        Type.Object(
          {
            index: Type.Integer(),
            messages: Type.Array(Type.String()),
            offset: Type.Integer(),
          },
          { title: 'StationEvents' },
        ),
      ),
    },
  },
  wait: {
    summary: 'Wait until a container is in a state, or the time is over',
    params: Type.Object({
      type: ContainerType,
      id: ContainerId,
      state: Type.Enum(['running', 'stopped'], { description: 'The state to wait for' }),
    }),
    querystring: Type.Object({
      duration: optionalText('Most seconds to wait, up to 3600', {
        pattern: '^(?:\\d{1,15}(?:\\.\\d{0,15})?)?$',
      }),
    }),
    answers: { 200: jsonAnswer('What is known of the container then', Container) },
  },
  containers: {
    summary: 'The containers that are known',
    answers: { 200: jsonAnswer('The containers', Type.Array(Container)) },
  },
  container: {
    summary: 'One container',
    params: Type.Object({ type: ContainerType, id: ContainerId }),
    answers: { 200: jsonAnswer('What is known of it', Container) },
  },
  containerId: {
    summary: 'The id of a container',
    params: Type.Object({ id: Type.String({ description: 'Its name' }) }),
    answers: {
      200: { description: 'The id alone', content: { 'text/plain': Type.String() } },
    },
  },
  system: {
    summary: 'What the server is',
    answers: {
      200: jsonAnswer(
        'Its name and version',
        Type.Object(
          {
            features: Type.Array(Type.String()),
            hostname: Type.String(),
            status: Type.String({ examples: ['running'] }),
            version: Type.Object({ qpkg: Type.String() }),
          },
          { title: 'StationSystem' },
        ),
      ),
    },
  },
} as const satisfies Readonly<Record<string, OperationDescription>>
