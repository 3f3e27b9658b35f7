import { Type } from 'typebox'
import {
  type ApiDescription,
  type OperationDescription,
  RETRY_HEADERS,
} from '../../api/api-description.ts'
import { jsonAnswer, optionalText, vendorErrors } from '../../api/vendor-answers.ts'
import { SESSION_COOKIE } from '../browser/session-cookie.ts'
import type { SubjectKind } from '../parameters.ts'

const ErrorSchema: Type.TSchema = Type.Union(
  [
    Type.Object(
      {
        detail: Type.String(),
        error_message: Type.String(),
        error_type: Type.String(),
        title: Type.String(),
        type: Type.String(),
        status: Type.Integer(),
      },
      {
        examples: [
          {
            detail: 'Unauthorized',
            error_message: 'Unauthorized',
            error_type: 'insufficient_scope',
            title: 'insufficient_scope',
            type: 'https://audit.example.org/api/v1/error/insufficient_scope',
            status: 403,
          },
        ],
      },
    ),
    Type.Object({ message: Type.Unsafe({ type: ['string', 'object'] }) }),
  ],
  { title: 'QuayError', description: 'A problem object, or a message alone, as Quay answers' },
)

const HTML = Type.String({ description: 'What breaks a rule for browsers' })

/** How the API document describes this dialect. */
export const QUAY_API: ApiDescription = {
  tag: {
    name: 'Quay',
    description: "The usage logs of Red Hat Quay, and what Quay's pages ask around them",
  },
  securitySchemes: {
    quayToken: { type: 'http', scheme: 'bearer', description: 'A token of Waybill' },
    quaySession: {
      type: 'apiKey',
      in: 'cookie',
      name: SESSION_COOKIE,
      description: 'The session of a browser, begun by POST /api/v1/signin',
    },
  },
  errorAnswers: (operation) => {
    const answers = vendorErrors({ 'application/json': ErrorSchema }, operation)
    const forBrowsers = { 'application/json': ErrorSchema, 'text/html': HTML }
    return {
      ...answers,
      400: { description: 'A parameter is not valid', content: forBrowsers },
      403: { description: 'The caller has no right to this', content: forBrowsers },
      429: {
        description: 'Too many of these at once, or too many wrong passwords',
        content: forBrowsers,
        headers: RETRY_HEADERS,
      },
    }
  },
}

const YEAR = '[1-9]\\d{3}'
/** A day of a month of a year; of February 29th a pattern cannot know the years. */
const DATE =
  `^(?:(?:(?:0?[13578]|1[02])/(?:0?[1-9]|[12]\\d|3[01])|(?:0?[469]|11)/(?:0?[1-9]|[12]\\d|30)` +
  `|0?2/(?:0?[1-9]|1\\d|2[0-8]))/${YEAR} *` +
  `|${YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)` +
  '|02-(?:0[1-9]|1\\d|2[0-8])))?$'

const DATES = {
  starttime: optionalText('First day (UTC), MM/DD/YYYY or YYYY-MM-DD', { pattern: DATE }),
  endtime: optionalText('Last day, in the same form', { pattern: DATE }),
}
const PERFORMER = { performer: optionalText('Only what this user did') }
const NEXT_PAGE = { next_page: optionalText('`next_page` of the page before') }

const MAIL_DATE = Type.String({ examples: ['Sun, 22 Nov 2026 12:10:41 -0000'] })

const Entry = Type.Object(
  { kind: Type.String({ examples: ['push_repo'] }), datetime: MAIL_DATE },
  { title: 'QuayLogEntry', additionalProperties: true },
)

const LogPage: Type.TSchema = Type.Object(
  {
    start_time: MAIL_DATE,
    end_time: MAIL_DATE,
    logs: Type.Array(Entry),
    next_page: Type.Optional(Type.String({ description: 'Absent on the last page' })),
  },
  { title: 'QuayLogPage' },
)

const Aggregate: Type.TSchema = Type.Object(
  {
    aggregated: Type.Array(
      Type.Object(
        {
          kind: Type.String({ examples: ['pull_repo'] }),
          count: Type.Integer({ examples: [7] }),
          datetime: MAIL_DATE,
        },
        { additionalProperties: true },
      ),
    ),
  },
  { title: 'QuayAggregate' },
)

const Anything = Type.Object({}, { additionalProperties: true })

const ExportRequest = Type.Unsafe({
  title: 'QuayExportRequest',
  type: 'object',
  properties: {
    callback_url: { type: 'string', description: 'Called once the file is written' },
    callback_email: { type: 'string', description: 'Gets a mail then' },
  },
  examples: [{ callback_url: 'https://audit.example.org/exported' }],
})

type Described = OperationDescription & { readonly method: string }

/** The operations of a log, by the last segment of their paths; `''`: the details. */
const LOG_OPERATIONS: Readonly<Record<string, Described>> = {
  logs: {
    method: 'get',
    summary: 'The usage log, newest first, a page at a time',
    querystring: Type.Object({ ...DATES, ...PERFORMER, ...NEXT_PAGE }),
    answers: { 200: jsonAnswer('A page of entries', LogPage) },
  },
  aggregatelogs: {
    method: 'get',
    summary: 'Entries counted by day and kind',
    querystring: Type.Object({ ...DATES, ...PERFORMER }),
    answers: { 200: jsonAnswer('The counts', Aggregate) },
  },
  exportlogs: {
    method: 'post',
    summary: 'Have the entries of whole days written to a file',
    querystring: Type.Object(DATES),
    body: { 'application/json': ExportRequest },
    answers: {
      200: jsonAnswer('The export is ordered', Type.Object({ export_id: Type.String() })),
      201: jsonAnswer(
        'The same, where the installation answers as documented',
        Type.Object({ export_id: Type.String() }),
      ),
    },
  },
  '': {
    method: 'get',
    summary: 'What is known of the organization or the repository',
    answers: { 200: jsonAnswer('The details', Anything) },
  },
}

const PLACES: Readonly<Record<SubjectKind, string>> = {
  user: '',
  organization: '/{namespace}',
  repository: '/{namespace}/{repository}',
}

/**
 * The description of an operation of a log.
 *
 * @param name the last segment of the path; `''`: none.
 */
export function logOperationDescription(
  subjectKind: SubjectKind,
  name: string,
): OperationDescription {
  const path = `/api/v1/${subjectKind}${PLACES[subjectKind]}${name === '' ? '' : `/${name}`}`
  const known = LOG_OPERATIONS[name] ?? {
    method: 'get',
    summary: `A list that Quay has and Waybill does not keep: always empty (${name})`,
    answers: { 200: jsonAnswer('An empty list', Anything) },
  }
  return {
    ...known,
    path,
    params: Type.Object({
      namespace: Type.String({ description: 'An organization or a user' }),
      repository: Type.String({ description: 'Its slashes may be encoded or plain' }),
    }),
  }
}

const Success = jsonAnswer('It is done', Type.Object({ success: Type.Boolean() }))
const NEXT_CSRF = { 'X-Next-CSRF-Token': 'The token of the session, for requests that change' }

function reading(
  summary: string,
  description: string,
  schema: Type.TSchema = Anything,
): OperationDescription {
  return { method: 'get', summary, answers: { 200: jsonAnswer(description, schema) } }
}

/** The descriptions of the routes that are no log of a namespace. */
export const QUAY_OPERATIONS = {
  currentUser: reading('Who is signed in', 'The user'),
  notifications: reading('Notifications: none', 'An empty list'),
  repositories: {
    ...reading('Repositories whose logs the caller may read', 'A page of repositories'),
    querystring: Type.Object({
      namespace: optionalText('Only those of it'),
      public: optionalText('Given as true: of all namespaces'),
      starred: optionalText('Given as true: an empty list'),
      last_modified: optionalText('Given as true: with the time of the latest event'),
      ...NEXT_PAGE,
    }),
  },
  registryLog: {
    ...reading('The log of all namespaces', 'A page of entries', LogPage),
    querystring: Type.Object({
      ...DATES,
      ...NEXT_PAGE,
      page: Type.Optional(Type.Integer({ description: 'Read and ignored, as in Quay' })),
    }),
  },
  registryAggregate: {
    ...reading('Entries of all namespaces, counted by day and kind', 'The counts', Aggregate),
    querystring: Type.Object(DATES),
  },
  organizations: reading('Organizations that have a log', 'The organizations'),
  users: reading('Users that have a log', 'The users'),
  messages: { ...reading('Messages: none', 'An empty list'), isPublic: true },
  config: { ...reading("What Quay's pages may show", 'The configuration'), isPublic: true },
  error: {
    ...reading('What an error type means', 'Its description'),
    params: Type.Object({ type: Type.String({ description: '`title` of an error' }) }),
    isPublic: true,
  },
  csrfToken: {
    ...reading(
      'A token for requests that change',
      'The token',
      Type.Object({ csrf_token: Type.String() }),
    ),
    isPublic: true,
  },
  signIn: {
    method: 'post',
    summary: 'Begin the session of a browser',
    headers: Type.Object({ 'X-CSRF-Token': optionalText('The token of /csrf_token') }),
    isPublic: true,
    body: {
      'application/json': Type.Object(
        { username: Type.String(), password: Type.String() },
        { examples: [{ username: 'alice', password: 'secret' }] },
      ),
    },
    answers: { 200: { ...Success, headers: NEXT_CSRF } },
  },
  verify: {
    method: 'post',
    summary: 'Give the password of the session once more',
    headers: Type.Object({ 'X-CSRF-Token': optionalText('The token of the session') }),
    body: {
      'application/json': Type.Object(
        { password: Type.String() },
        { examples: [{ password: 'secret' }] },
      ),
    },
    answers: { 200: { ...Success, headers: NEXT_CSRF } },
  },
  signOut: {
    method: 'post',
    summary: 'End the session of a browser',
    headers: Type.Object({ 'X-CSRF-Token': optionalText('The token of the session') }),
    isPublic: true,
    answers: { 200: Success },
  },
  exportedFile: {
    method: 'get',
    path: '/exportedlogs/{fileName}',
    summary: 'The file of an export; its link is the right to it',
    params: Type.Object({ fileName: Type.String({ description: 'Of the link' }) }),
    querystring: Type.Object({ token: optionalText('Of the link') }),
    isPublic: true,
    answers: { 200: jsonAnswer('The file', Anything) },
  },
} as const satisfies Readonly<Record<string, OperationDescription>>
