import { Type } from 'typebox'
import type { ApiDescription, OperationDescription } from '../../api/api-description.ts'
import { jsonAnswer, optionalText, vendorErrors } from '../../api/vendor-answers.ts'

const Coded = { error_code: Type.String(), error_msg: Type.String() }

const ErrorSchema: Type.TSchema = Type.Union(
  [
    Type.Object(Coded, {
      examples: [{ error_code: 'HSS.0001', error_msg: 'Invalid parameter.' }],
    }),
    Type.Object({ ...Coded, request_id: Type.String() }),
    Type.Object({
      error: Type.Object({ message: Type.String(), code: Type.Integer(), title: Type.String() }),
    }),
  ],
  { title: 'HssError', description: 'As the service, its gateway or IAM answers' },
)

/** How the API document describes this dialect. */
export const HSS_API: ApiDescription = {
  tag: {
    name: 'HSS',
    description: 'Image operation logs of Huawei Cloud HSS, and as much of IAM as clients need',
  },
  securitySchemes: {
    hssToken: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Auth-Token',
      description: 'A token of POST /v3/auth/tokens, or one of Waybill',
    },
    hssSignature: {
      type: 'apiKey',
      in: 'header',
      name: 'Authorization',
      description: 'SDK-HMAC-SHA256, signed with an access key',
    },
  },
  errorAnswers: (operation) => vendorErrors({ 'application/json': ErrorSchema }, operation),
}

const REQUEST_ID = { 'X-Request-Id': 'Names the request' }
const TOKEN_HEADERS = { ...REQUEST_ID, 'X-Subject-Token': 'The token' }

const MILLISECONDS = { pattern: '^\\d{0,18}$' }

const Row: Type.TSchema = Type.Object(
  {
    ...Object.fromEntries(
      ['resource_name', 'resource_type', 'event_name', 'event_id', 'event_type'].map((name) => [
        name,
        Type.String(),
      ]),
    ),
    source_ip: Type.String(),
    user_name: Type.String(),
    time: Type.Number({ description: 'Milliseconds since the epoch' }),
    content: Type.String(),
  },
  { title: 'HssEvent' },
)

const Named = Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) })

const Token: Type.TSchema = Type.Object(
  {
    token: Type.Object(
      {
        expires_at: Type.String({ format: 'date-time' }),
        issued_at: Type.String({ format: 'date-time' }),
        methods: Type.Array(Type.String()),
        user: Type.Object({ id: Type.String(), name: Type.String() }),
      },
      { additionalProperties: true },
    ),
  },
  { title: 'HssToken' },
)

const NewToken: Type.TSchema = Type.Object(
  {
    auth: Type.Object({
      identity: Type.Object({
        methods: Type.Unsafe({ const: ['password'] }),
        password: Type.Object({
          user: Type.Object({
            name: Type.String({ minLength: 1 }),
            password: Type.String(),
            domain: Type.Optional(Named),
          }),
        }),
      }),
      scope: Type.Optional(
        Type.Object({
          project: Type.Optional(
            Type.Intersect([
              Named,
              Type.Unsafe({ anyOf: [{ required: ['id'] }, { required: ['name'] }] }),
            ]),
          ),
          domain: Type.Optional(Named),
        }),
      ),
    }),
  },
  {
    title: 'NewHssToken',
    examples: [
      {
        auth: {
          identity: {
            methods: ['password'],
            password: { user: { name: 'alice', password: 'secret', domain: { name: 'default' } } },
          },
          scope: { project: { name: 'default' } },
        },
      },
    ],
  },
)

function listOf(name: string) {
  return Type.Object({ [name]: Type.Array(Type.Object({}, { additionalProperties: true })) })
}

/** The descriptions of the operations of this dialect. */
export const HSS_OPERATIONS = {
  events: {
    operationId: 'listHssImageEvents',
    summary: 'Image operation logs of a project, newest first',
    params: Type.Object({ project: Type.String({ description: 'Id of the project' }) }),
    querystring: Type.Object({
      start_time: optionalText('First millisecond since the epoch', MILLISECONDS),
      end_time: optionalText('Last millisecond', MILLISECONDS),
      limit: optionalText('Rows of a page, up to 200', {
        pattern: '^0*(?:\\d{1,2}|1\\d\\d|200)?$',
      }),
      offset: optionalText('Rows to skip, up to 2000000', {
        pattern: '^0*(?:\\d{1,6}|1\\d{6}|2000000)?$',
      }),
      resource_name: optionalText('The image'),
      resource_type: optionalText('What kind of resource it is'),
      event_type: optionalText('What kind of event it is'),
      event_name: optionalText('What was done'),
      source_ip: optionalText("The client's address"),
      user_name: optionalText('Who did it'),
    }),
    answers: {
      200: {
        ...jsonAnswer(
          'A page of rows',
          Type.Object(
            { total_num: Type.Integer({ minimum: 0 }), data_list: Type.Array(Row) },
            { title: 'HssEventPage' },
          ),
        ),
        headers: REQUEST_ID,
      },
    },
  },
  createToken: {
    operationId: 'createHssToken',
    summary: 'A token for a name and a password',
    isPublic: true,
    querystring: Type.Object({
      nocatalog: optionalText('Given with any value: an answer without the catalog'),
    }),
    body: { 'application/json': NewToken },
    answers: {
      201: { ...jsonAnswer('What the token says', Token), headers: TOKEN_HEADERS },
      401: jsonAnswer('The name, the password or the project is wrong', ErrorSchema),
    },
  },
  showToken: {
    operationId: 'getHssToken',
    summary: 'What a token says',
    querystring: Type.Object({
      nocatalog: optionalText('Given with any value: an answer without the catalog'),
    }),
    headers: Type.Object({ 'X-Subject-Token': optionalText('The token that is asked about') }),
    answers: { 200: { ...jsonAnswer('What the token says', Token), headers: TOKEN_HEADERS } },
  },
  projects: {
    operationId: 'listHssProjects',
    summary: 'The projects that the caller may ask about',
    querystring: Type.Object({ name: optionalText('Name or id of one') }),
    answers: { 200: jsonAnswer('The projects', listOf('projects')) },
  },
  regions: {
    operationId: 'listHssRegions',
    summary: 'The region of this installation',
    answers: { 200: jsonAnswer('The region', listOf('regions')) },
  },
  domains: {
    operationId: 'listHssDomains',
    summary: 'The account of the caller',
    answers: { 200: jsonAnswer('The account', listOf('domains')) },
  },
} as const satisfies Readonly<Record<string, OperationDescription>>
